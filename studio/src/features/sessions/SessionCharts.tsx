import { Select, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { pointsOf } from "@/shared/api/points";
import { queries } from "@/shared/api/queries";
import { Chart } from "@/shared/charts/Chart";
import { CurveControls } from "@/shared/charts/CurveControls";
import { curveChart, joined, metricNames } from "@/shared/charts/curves";
import { useCurveView, type XAxis } from "@/shared/charts/view";
import type { Summary } from "./ResultPage";

/** How often the times of epochs are asked for, where they are looked at: they are not told. */
const TIMES_PAUSE = 2000;

/** The epochs of a session: read from the server, then heard as they end. */
export function useEpochs(session: Summary, axis: XAxis) {
  const points = pointsOf(session.reference);
  const asksForTimes = axis === "time" && session.ended_at === null;
  const loaded = useQuery({
    ...queries.curves(session),
    refetchInterval: asksForTimes ? TIMES_PAUSE : false,
  });
  useEffect(() => {
    if (loaded.data !== undefined) points.load(loaded.data);
  }, [loaded.data, points]);
  const outline = useSyncExternalStore(points.subscribe, points.getOutline);
  return { points, loaded: loaded.data, outline };
}

/** The chosen metric and the loss over the epochs. */
export function SessionCharts({ session, epochs, search, set }: {
  session: Summary;
  epochs: ReturnType<typeof useEpochs>;
  search: URLSearchParams;
  set: (name: string, value: string | null) => void;
}) {
  const [view, setView] = useCurveView();
  const { points, loaded, outline } = epochs;
  const names = metricNames(points.series);
  const metric = search.get("metric") ?? session.metric ?? names[0] ?? "loss";
  const shown = metric === "loss" ? ["loss"] : [metric, "loss"];
  const growing = session.ended_at === null;
  const charts = useMemo(
    () =>
      shown.map((name) => {
        const read = () => joined(loaded, points);
        const made = () => curveChart(read, name, points.bestEpoch ?? session.best_epoch, view, growing);
        return {
          ...made(),
          table: () => made().table(),
          live: { subscribe: points.subscribe, option: () => made().option },
        };
      }),
    // The points are one object; the outline tells when other curves come.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [outline, loaded, metric, session.best_epoch, view, growing],
  );
  return (
    <Stack gap="md">
      <CurveControls view={view} onChange={setView}>
        <Select label="Metric" w={170} allowDeselect={false} data={names} value={metric} onChange={(value) => set("metric", value)} />
      </CurveControls>
      <SimpleGrid cols={{ base: 1, lg: shown.length }}>
        {shown.map((name, at) => (
          <Chart
            key={`${name} ${view.x}`}
            title={name === "loss" ? "Loss of each epoch" : `${name} of each epoch`}
            group={session.reference}
            {...charts[at]!}
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
