import { Checkbox, Group, Select, Stack, Switch, Table, Text, Title } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "react-router";
import type { Schemas } from "@/shared/api/client";
import { queries, type TaskIds } from "@/shared/api/queries";
import { Chart } from "@/shared/charts/Chart";
import { linesOf, metricNames } from "@/shared/charts/curves";
import { lineChart, PALETTE } from "@/shared/charts/options";
import { Failure } from "@/shared/format/failure";
import { measured } from "@/shared/format/numbers";
import { PageTitle } from "@/shared/format/PageTitle";
import { TaskTabs } from "@/shared/format/TaskTabs";
import { lineChanges } from "./differences";

type Summary = Schemas["SessionSummary"];
const FIRST = 10;

export default function ComparePage() {
  const params = useParams();
  const ids: TaskIds = { analysis_id: params.analysis_id ?? "", mltask_id: params.mltask_id ?? "" };
  const [search, setSearch] = useSearchParams();
  const sessions = useQuery(queries.sessions(ids));
  if (sessions.isError) return <Failure error={sessions.error} />;
  const models = (sessions.data ?? []).filter((one) => one.has_model);
  const asked = search.get("models")?.split(",");
  const shown = models.filter((one, at) => (asked ? asked.includes(one.session_id) : at < FIRST));
  const base = shown.find((one) => one.session_id === search.get("baseline"));
  const set = (name: string, value: string | null) => {
    const next = new URLSearchParams(search);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  const toggle = (session: Summary) => {
    const known = shown.map((one) => one.session_id);
    const next = known.includes(session.session_id)
      ? known.filter((one) => one !== session.session_id)
      : [...known, session.session_id];
    set("models", next.join(","));
  };
  const colour = (session: Summary) => PALETTE[(models.length - 1 - models.indexOf(session)) % PALETTE.length]!;
  return (
    <>
      <PageTitle title="Compare models" note="Curves overlaid, metrics side by side, what differs between the designs" />
      <TaskTabs ids={ids} active="result" />
      <Group align="flex-start" gap="lg">
        <Stack gap="xs" w={{ base: "100%", sm: 240 }}>
          <Select label="Baseline" clearable data={shown.map((one) => ({ value: one.session_id, label: `${one.name} (${one.session_id})` }))} value={base?.session_id ?? null} onChange={(value) => set("baseline", value)} />
          {models.map((one) => (
            <Checkbox
              key={one.session_id}
              label={
                <>
                  <span aria-hidden style={{ color: colour(one) }}>
                    ●
                  </span>{" "}
                  {one.name} ({one.session_id})
                </>
              }
              checked={shown.includes(one)}
              onChange={() => toggle(one)}
            />
          ))}
        </Stack>
        <div style={{ flex: "1 1 480px", minWidth: 0 }}>
          <Comparison shown={shown} base={base} colour={colour} search={search} set={set} />
        </div>
      </Group>
    </>
  );
}

function Comparison({ shown, base, colour, search, set }: {
  shown: Summary[];
  base: Summary | undefined;
  colour: (session: Summary) => string;
  search: URLSearchParams;
  set: (name: string, value: string | null) => void;
}) {
  const details = useQueries({ queries: shown.map((one) => queries.session(one)) });
  const files = useQueries({ queries: shown.map((one) => queries.files(one)) });
  const results = details.map((one) => one.data?.result);
  const histories = results.map((one) => one?.history ?? {});
  const names = metricNames(Object.assign({}, ...histories));
  const metric = search.get("metric") ?? shown[0]?.metric ?? names[0] ?? "loss";
  const onlyDifferences = search.get("differences") !== "0";
  const rows = [...new Set(results.flatMap((one) => Object.keys(one?.metrics ?? {})))];
  const baseAt = base ? shown.indexOf(base) : -1;
  const visible = rows.filter((name) => !onlyDifferences || new Set(results.map((one) => one?.metrics?.[name])).size > 1 || shown.length < 2);
  const lines = shown.map((session, at) => {
    const found = linesOf(histories[at] ?? {}, metric);
    const measuredLine = found[found.length - 1];
    return {
      name: `${session.name} (${session.session_id})`,
      color: colour(session),
      points: (measuredLine?.values ?? []).map((value, epoch): [number, number | null] => [epoch + 1, value]),
    };
  });
  const longest = Math.max(2, ...lines.map((line) => line.points.length));
  return (
    <Stack>
      <Select label="Metric" w={220} allowDeselect={false} data={names} value={metric} onChange={(value) => set("metric", value)} />
      <Chart
        title={`${metric} of each epoch`}
        height={320}
        table={() => ({
          columns: ["epoch", ...lines.map((line) => line.name)],
          rows: Array.from({ length: longest }, (_, at) => [at + 1, ...lines.map((line) => line.points[at]?.[1] ?? null)]),
        })}
        option={lineChart({ x: "epoch", y: metric, lines, whole: true, xRange: [1, longest] })}
      />
      <Switch label="Differences only" checked={onlyDifferences} onChange={(event) => set("differences", event.currentTarget.checked ? null : "0")} />
      <Table.ScrollContainer minWidth={480}>
        <Table withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Metric</Table.Th>
              {shown.map((one) => (
                <Table.Th key={one.session_id} ta="right">
                  {one.name}
                  {one === base && " (baseline)"}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numeric">
            {visible.map((name) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                {results.map((one, at) => {
                  const value = one?.metrics?.[name];
                  const reference = results[baseAt]?.metrics?.[name];
                  const delta = value != null && reference != null && at !== baseAt ? value - reference : null;
                  return (
                    <Table.Td key={shown[at]!.session_id} ta="right">
                      {measured(value)}
                      {delta !== null && (
                        <Text span size="xs" c="dimmed">
                          {" "}
                          {delta >= 0 ? "+" : "−"}
                          {measured(Math.abs(delta))}
                        </Text>
                      )}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {shown.length > 1 && <Differences shown={shown} baseAt={Math.max(0, baseAt)} files={files.map((one) => one.data)} />}
    </Stack>
  );
}

function Differences({ shown, baseAt, files }: {
  shown: Summary[];
  baseAt: number;
  files: (Record<string, string> | undefined)[];
}) {
  const reference = files[baseAt];
  if (reference === undefined) return null;
  return (
    <>
      <Title order={2} size="h4">
        What differs from {shown[baseAt]?.name}
      </Title>
      {shown.map((session, at) => {
        const other = files[at];
        if (at === baseAt || other === undefined) return null;
        const names = [...new Set([...Object.keys(reference), ...Object.keys(other)])].filter((name) => reference[name] !== other[name]);
        return (
          <section key={session.session_id}>
            <Title order={3} size="h5">
              {session.name} ({session.session_id})
            </Title>
            {names.length === 0 && <Text size="sm">The same design.</Text>}
            {names.map((name) => (
              <Changes key={name} name={name} before={reference[name] ?? ""} after={other[name] ?? ""} />
            ))}
          </section>
        );
      })}
    </>
  );
}

function Changes({ name, before, after }: { name: string; before: string; after: string }) {
  const changes = lineChanges(before, after).filter((one) => one.kind !== "same");
  return (
    <>
      <Text size="sm" fw={600}>
        {name}
      </Text>
      <pre tabIndex={0} style={{ fontSize: 12, overflow: "auto", margin: 0 }} aria-label={`Changes of ${name}`}>
        {changes.map((one) => `${one.kind === "added" ? "+" : "−"} ${one.text}`).join("\n")}
      </pre>
    </>
  );
}
