import { Anchor } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { type TaskIds, taskKey } from "@/shared/api/queries";
import { ago, count, duration, measured } from "@/shared/format/numbers";
import { VirtualTable } from "@/shared/table/VirtualTable";
import { StatusBadge, type Summary } from "./ResultPage";

type Key = "name" | "status" | "metric_value" | "best_epoch" | "epochs" | "train_rows" | "created_at";

const seconds = (one: Summary) =>
  one.started_at && one.ended_at ? (Date.parse(one.ended_at) - Date.parse(one.started_at)) / 1000 : null;

export function SessionTable({ sessions, ids }: { sessions: Summary[]; ids: TaskIds }) {
  const [sort, setSort] = useState<{ key: Key; up: boolean }>({ key: "created_at", up: false });
  const sorted = useMemo(() => {
    const by = (one: Summary) => one[sort.key] ?? "";
    return [...sessions].sort((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0) * (sort.up ? 1 : -1));
  }, [sessions, sort]);
  const column = (key: Key, header: string, width: number) => ({
    key,
    header,
    width,
    sort: sort.key !== key ? ("none" as const) : sort.up ? ("ascending" as const) : ("descending" as const),
    onSort: () => setSort((known) => ({ key, up: known.key === key ? !known.up : true })),
  });
  const metric = sessions.find((one) => one.metric)?.metric ?? "Metric";
  return (
    <VirtualTable
      label="Sessions"
      total={sorted.length}
      height={560}
      columns={[
        column("name", "Name", 220),
        column("status", "Status", 110),
        column("metric_value", metric, 120),
        column("best_epoch", "Kept epoch", 110),
        column("epochs", "Epochs", 90),
        column("train_rows", "Train rows", 110),
        { key: "seconds", header: "Took", width: 90 },
        { key: "backend", header: "Backend", width: 110 },
        column("created_at", "Started", 130),
      ]}
      row={(index) => {
        const one = sorted[index]!;
        const to = one.has_model
          ? `/tasks/${taskKey(ids)}/models/${one.session_id}`
          : `/tasks/${taskKey(ids)}/result?session=${one.session_id}`;
        const took = seconds(one);
        return [
          <Anchor key="name" component={Link} to={to} size="sm">
            {one.name}
          </Anchor>,
          <StatusBadge key="status" session={one} />,
          measured(one.metric_value),
          count(one.best_epoch),
          count(one.epochs),
          count(one.train_rows),
          took === null ? "–" : duration(took),
          one.backend ?? "–",
          ago(one.created_at),
        ];
      }}
    />
  );
}
