import { Chart } from "@/shared/charts/Chart";
import { type Drift, percent } from "./drift";

/** The shares of rows in each bin of a column, at training and now. */
export function DriftChart({ drift }: { drift: Drift }) {
  const { bins = [], column } = drift;
  const kind = drift.kind === "categories" ? undefined : "Each bin had as many rows at training, where values do not repeat";
  return (
    <Chart
      title={`${column} then and now`}
      note={kind}
      table={() => ({
        columns: [column, "at training", "now"],
        rows: bins.map((one) => [one.label, one.before, one.now]),
      })}
      option={{
        grid: { left: 58, right: 18, top: 34, bottom: 42 },
        legend: { top: 2 },
        tooltip: { trigger: "axis", confine: true, valueFormatter: (share: unknown) => percent(Number(share)) },
        xAxis: {
          type: "category",
          data: bins.map((one) => one.label),
          name: column,
          nameLocation: "middle",
          nameGap: 26,
          axisLabel: { hideOverlap: true, width: 100, overflow: "truncate" },
        },
        yAxis: { type: "value", name: "share of rows", nameLocation: "middle", nameGap: 44 },
        series: [
          { type: "bar", name: "at training", color: "#868e96", data: bins.map((one) => one.before) },
          { type: "bar", name: "now", color: "#1098ad", data: bins.map((one) => one.now) },
        ],
      }}
    />
  );
}
