import { MultiSelect, SimpleGrid, Stack } from "@mantine/core";
import { useAddress } from "@/shared/address/useAddress";
import { Chart } from "@/shared/charts/Chart";
import { type Line, lineChart, PALETTE } from "@/shared/charts/options";
import { farthestColumns } from "./drift";
import type { Evaluation } from "./queries";

const MOST_COLUMNS = 5;
const STRONG = 0.25;

/** Chosen metrics and the drift of chosen columns, evaluation by evaluation. */
export function EvaluationCharts({ evaluations, metric }: { evaluations: Evaluation[]; metric: string | null }) {
  const { search, set } = useAddress();
  const metrics = [...new Set(evaluations.flatMap((one) => one.metrics.map(({ name }) => name)))];
  const columns = [...new Set(evaluations.flatMap((one) => one.drift.map(({ column }) => column)))];
  const chosen = (name: string, known: string[], otherwise: string[]) =>
    search.has(name) ? search.getAll(name).flatMap((text) => JSON.parse(text) as string[]).filter((one) => known.includes(one)) : otherwise;
  const shownMetrics = chosen("metrics", metrics, metric && metrics.includes(metric) ? [metric] : metrics.slice(0, 1));
  const shownColumns = chosen("columns", columns, farthestColumns(evaluations, MOST_COLUMNS));
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Stack gap="xs">
        <MultiSelect label="Metrics" data={metrics} value={shownMetrics} onChange={(some) => set("metrics", JSON.stringify(some))} />
        <OverTime
          title="Metrics of the evaluations"
          y="value"
          evaluations={evaluations}
          lines={shownMetrics.flatMap((name, at) => metricLines(evaluations, name, PALETTE[at % PALETTE.length]!))}
          note="Dashed: what it was at training"
        />
      </Stack>
      <Stack gap="xs">
        <MultiSelect label="Columns" data={columns} value={shownColumns} onChange={(some) => set("columns", JSON.stringify(some))} />
        <OverTime
          title="Drift of the evaluations"
          y="population stability index"
          least={STRONG}
          evaluations={evaluations}
          lines={shownColumns.map((column) => ({
            name: column,
            points: evaluations.map((one, at) => [at + 1, one.drift.find((drift) => drift.column === column)?.psi ?? null]),
          }))}
          note="From 0.1 on it is moderate, from 0.25 on strong"
        />
      </Stack>
    </SimpleGrid>
  );
}

function metricLines(evaluations: Evaluation[], name: string, color: string): Line[] {
  const found = evaluations.map((one) => one.metrics.find((metric) => metric.name === name));
  return [
    { name, color, points: found.map((one, at) => [at + 1, one?.value ?? null]) },
    { name: `${name} at training`, color, dashed: true, points: found.map((one, at) => [at + 1, one?.at_training ?? null]) },
  ];
}

function OverTime({ title, y, evaluations, lines, note, least }: {
  title: string;
  y: string;
  evaluations: Evaluation[];
  lines: Line[];
  note: string;
  /** The axis begins at zero and goes at least so far; else it fits the lines. */
  least?: number;
}) {
  const highest = Math.max(least ?? 0, ...lines.flatMap((one) => one.points.map(([, value]) => value ?? 0)));
  const yRange: [number, number] | undefined = least === undefined ? undefined : [0, highest];
  const idOf = (number: number) => evaluations[number - 1]?.evaluation_id ?? "";
  return (
    <Chart
      title={title}
      note={note}
      height={260}
      option={lineChart({ x: "evaluation", y, lines, yRange, whole: true, xFormat: idOf })}
      table={() => ({
        columns: ["evaluation", "when", ...lines.map((one) => one.name)],
        rows: evaluations.map((one, at) => [one.evaluation_id, one.created_at, ...lines.map((line) => line.points[at]?.[1] ?? null)]),
      })}
    />
  );
}
