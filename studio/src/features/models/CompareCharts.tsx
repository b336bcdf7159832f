import { Select, SimpleGrid, Stack } from "@mantine/core";
import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Schemas } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { Chart } from "@/shared/charts/Chart";
import { CurveControls } from "@/shared/charts/CurveControls";
import { type Curves, curveOption, joined, linesOf, metricNames, pointsOn } from "@/shared/charts/curves";
import type { Hover } from "@/shared/charts/hover";
import type { Line } from "@/shared/charts/options";
import { smoothed } from "@/shared/charts/smoothing";
import { type CurveView, useCurveView } from "@/shared/charts/view";

type Summary = Schemas["SessionSummary"];
type Model = { name: string; colour: string; curves: Curves };

const dataOf = (all: UseQueryResult<Schemas["LearningCurves"]>[]) => all.map((one) => one.data);

/** The measured metric and the loss of all shown models, one line each. */
export function CompareCharts({ shown, metric, onMetric, lineOf, colourOf, hover }: {
  shown: Summary[];
  metric: string | null;
  onMetric: (metric: string | null) => void;
  lineOf: (session: Summary) => string;
  colourOf: (sessionId: string) => string;
  hover: Hover;
}) {
  const [view, setView] = useCurveView();
  const loaded = useQueries({
    queries: shown.map((one) => queries.curves(one)),
    combine: dataOf,
  });
  const models = useMemo(
    () =>
      shown.map((one, at) => ({
        name: lineOf(one),
        colour: colourOf(one.session_id),
        curves: joined(loaded[at], { series: {}, fold: null }),
      })),
    [shown, loaded, lineOf, colourOf],
  );
  const names = metricNames(Object.assign({}, ...models.map((one) => one.curves.series)));
  const chosen = metric ?? shown[0]?.metric ?? names[0] ?? "loss";
  const charts = chosen === "loss" ? ["loss"] : [chosen, "loss"];
  return (
    <Stack>
      <CurveControls view={view} onChange={setView}>
        <Select label="Metric" w={170} allowDeselect={false} data={names} value={chosen} onChange={onMetric} />
      </CurveControls>
      <SimpleGrid cols={{ base: 1, xl: charts.length }}>
        {charts.map((name) => (
          <Overlaid key={`${name} ${view.x}`} metric={name} models={models} view={view} hover={hover} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function Overlaid({ metric, models, view, hover }: {
  metric: string;
  models: Model[];
  view: CurveView;
  hover: Hover;
}) {
  const found = models.map((one) => linesOf(one.curves.series, metric).at(-1)?.values ?? []);
  const lines = models.flatMap(({ name, colour, curves }, at): Line[] => {
    const values = found[at]!;
    const main = pointsOn(curves, view.smoothing > 0 ? smoothed(values, view.smoothing) : values, view);
    const line = { name, color: colour, points: main };
    const raw = { name: `${name}, as measured`, color: colour, faint: true, points: pointsOn(curves, values, view) };
    return view.smoothing > 0 ? [line, raw] : [line];
  });
  return (
    <Chart
      title={metric === "loss" ? "Loss of each epoch" : `${metric} of each epoch`}
      height={300}
      group="compare"
      hover={hover}
      option={curveOption(metric, lines, view, () => found.flat(), { pointed: true })}
      table={() => tableOf(models, found)}
    />
  );
}

function tableOf(models: Model[], found: (number | null)[][]) {
  const epochs = [...new Set(models.flatMap((one) => one.curves.epochs))].sort((a, b) => a - b);
  return {
    columns: ["epoch", ...models.map((one) => one.name)],
    rows: epochs.map((epoch) => [
      epoch,
      ...models.map((one, at) => found[at]?.[one.curves.epochs.indexOf(epoch)] ?? null),
    ]),
  };
}
