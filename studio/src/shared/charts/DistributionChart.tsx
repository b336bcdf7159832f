import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/shared/api/client";
import { queries, type TaskIds } from "@/shared/api/queries";
import { measured } from "@/shared/format/numbers";
import { Chart } from "./Chart";

type Distribution = Schemas["Distribution"];

function labelsOf(found: Distribution): string[] {
  if (found.kind === "categories") return found.labels ?? [];
  const edges = found.edges ?? [];
  return edges.slice(0, -1).map((edge, at) => measured((edge + edges[at + 1]!) / 2));
}

/** How the values of a column are spread, as bars. */
export function DistributionChart(props: {
  project: string;
  dataset: string;
  column: string;
  height?: number;
}) {
  const { data } = useQuery(queries.distribution(props.project, props.dataset, props.column));
  return data && <Bars data={data} column={props.column} height={props.height} />;
}

/** The same of the table that a task is designed on. */
export function TaskDistributionChart({ task, column }: { task: TaskIds; column: string }) {
  const { data } = useQuery(queries.taskDistribution(task, column));
  return data && <Bars data={data} column={column} height={150} />;
}

function Bars({ data, ...props }: { data: Distribution; column: string; height?: number }) {
  if (data.kind === "none") return <Text size="sm">There is nothing to draw of {props.column}.</Text>;
  const labels = labelsOf(data);
  const counts = data.counts ?? [];
  const note =
    data.kind === "histogram"
      ? `mean ${measured(data.mean)}, median ${measured(data.median)}, from ${measured(data.minimum)} to ${measured(data.maximum)}`
      : data.others
        ? `${data.others} rows have other values`
        : undefined;
  return (
    <Chart
      title={`Distribution of ${props.column}`}
      height={props.height ?? 200}
      note={note}
      table={() => ({
        columns: [props.column, "rows"],
        rows: labels.map((label, at) => [label, counts[at] ?? 0]),
      })}
      option={{
        grid: { left: 58, right: 18, top: 12, bottom: 42 },
        tooltip: { trigger: "axis", confine: true },
        xAxis: {
          type: "category",
          data: labels,
          name: props.column,
          nameLocation: "middle",
          nameGap: 26,
          axisLabel: { hideOverlap: true, width: 90, overflow: "truncate" },
        },
        yAxis: { type: "value", name: "rows", nameLocation: "middle", nameGap: 44 },
        series: [{ type: "bar", name: "rows", data: counts, color: "#0c8599", barCategoryGap: "6%" }],
      }}
    />
  );
}

/** The same, small enough for a table's head. */
export function Sparkbars({ project, dataset, column }: {
  project: string;
  dataset: string;
  column: string;
}) {
  const { data } = useQuery(queries.distribution(project, dataset, column));
  const counts = data?.counts ?? [];
  if (!counts.length) return <svg width={96} height={24} aria-hidden />;
  const highest = Math.max(...counts);
  const width = 96 / counts.length;
  return (
    <svg width={96} height={24} role="img" aria-label={`Distribution of ${column}`}>
      {counts.map((value, at) => {
        const height = Math.max(value > 0 ? 1 : 0, (24 * value) / highest);
        return (
          <rect
            // The bars have no other identity than their place.
            key={at}
            x={at * width}
            y={24 - height}
            width={Math.max(0.5, width - 0.6)}
            height={height}
            fill="var(--mantine-color-cyan-6)"
          />
        );
      })}
    </svg>
  );
}
