import { Anchor, Group } from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import { Link } from "react-router";
import { taskKey } from "@/shared/api/queries";
import { Ago } from "@/shared/format/Ago";
import { count, duration, measured } from "@/shared/format/numbers";
import { ColumnPicker, useColumnChoice } from "@/shared/table/ColumnPicker";
import { arranged } from "@/shared/table/columns";
import { VirtualTable } from "@/shared/table/VirtualTable";
import { StatusBadge, type Summary } from "./ResultPage";

type Column = {
  key: string;
  name: string;
  width: number;
  /** What it is sorted by. */
  by: (session: Summary) => string | number | null;
  show?: (session: Summary) => ReactNode;
};

const seconds = (one: Summary) =>
  one.started_at && one.ended_at ? (Date.parse(one.ended_at) - Date.parse(one.started_at)) / 1000 : null;

const moment = (key: "created_at" | "started_at" | "ended_at", name: string): Column => ({
  key,
  name,
  width: 120,
  by: (one) => one[key],
  show: (one) => (one[key] === null ? "–" : <Ago moment={one[key]} />),
});

const number = (key: "best_epoch" | "epochs" | "train_rows" | "test_rows", name: string): Column => ({
  key,
  name,
  width: 110,
  by: (one) => one[key],
  show: (one) => count(one[key]),
});

const columnsOf = (metric: string): Column[] => [
  { key: "name", name: "Name", width: 220, by: (one) => one.name, show: (one) => <NameLink session={one} /> },
  { key: "session_id", name: "Id", width: 80, by: (one) => Number(one.session_id.slice(1)), show: (one) => one.session_id },
  { key: "status", name: "Status", width: 110, by: (one) => one.status, show: (one) => <StatusBadge session={one} /> },
  { key: "metric_value", name: metric, width: 120, by: (one) => one.metric_value, show: (one) => measured(one.metric_value) },
  number("best_epoch", "Kept epoch"),
  number("epochs", "Epochs"),
  number("train_rows", "Train rows"),
  number("test_rows", "Test rows"),
  { key: "seconds", name: "Took", width: 110, by: seconds, show: (one) => (seconds(one) === null ? "–" : duration(seconds(one)!)) },
  { key: "backend", name: "Backend", width: 110, by: (one) => one.backend },
  { key: "target", name: "Target", width: 130, by: (one) => one.target },
  { key: "description", name: "Description", width: 240, by: (one) => one.description },
  { key: "starred", name: "Starred", width: 90, by: (one) => Number(one.starred), show: (one) => (one.starred ? "★" : "–") },
  moment("created_at", "Created"),
  moment("started_at", "Started"),
  moment("ended_at", "Ended"),
];

const HIDDEN = ["session_id", "test_rows", "target", "description", "starred", "started_at", "ended_at"];

export function SessionTable({ sessions, search, set }: {
  sessions: Summary[];
  search: URLSearchParams;
  set: (name: string, value: string | null) => void;
}) {
  const metric = sessions.find((one) => one.metric)?.metric ?? "Metric";
  const all = useMemo(() => columnsOf(metric), [metric]);
  const [choice, setChoice, reset] = useColumnChoice("sessions", HIDDEN);
  const columns = arranged(all, choice).filter((one) => !choice.hidden.includes(one.key));
  const sort = search.get("sort") ?? "-created_at";
  const isDown = sort.startsWith("-");
  const sortKey = sort.replace(/^-/, "");
  const sorted = useMemo(() => {
    const by = all.find((one) => one.key === sortKey)?.by;
    return by === undefined ? sessions : sortedBy(sessions, by, isDown);
  }, [sessions, all, sortKey, isDown]);
  return (
    <>
      <Group justify="flex-end" mb="xs">
        <ColumnPicker columns={all} choice={choice} onChange={setChoice} onReset={reset} />
      </Group>
      <VirtualTable
        label="Sessions"
        total={sorted.length}
        height={560}
        pinned={columns.filter((one) => choice.pinned.includes(one.key)).length}
        columns={columns.map((one) => ({
          key: one.key,
          header: one.name,
          width: one.width,
          sort: sortKey !== one.key ? "none" : isDown ? "descending" : "ascending",
          onSort: () => set("sort", sortKey === one.key && !isDown ? `-${one.key}` : one.key),
        }))}
        row={(index) => columns.map((one) => one.show?.(sorted[index]!) ?? one.by(sorted[index]!) ?? "–")}
      />
    </>
  );
}

/** In the order of a value; what has none comes last. */
function sortedBy(sessions: Summary[], by: Column["by"], isDown: boolean): Summary[] {
  return [...sessions].sort((first, second) => {
    const [a, b] = [by(first), by(second)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return (a < b ? -1 : a > b ? 1 : 0) * (isDown ? -1 : 1);
  });
}

function NameLink({ session }: { session: Summary }) {
  const task = `/tasks/${taskKey(session)}`;
  const to = session.has_model
    ? `${task}/models/${session.session_id}`
    : `${task}/result?session=${session.session_id}`;
  return (
    <Anchor component={Link} to={to} size="sm">
      {session.name}
    </Anchor>
  );
}
