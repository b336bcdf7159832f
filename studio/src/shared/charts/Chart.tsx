import { Box, Paper, Text, useComputedColorScheme } from "@mantine/core";
import { BarChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { type KeyboardEvent, useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { HOTKEYS } from "@/shared/hotkeys/catalogue";
import { matches } from "@/shared/hotkeys/keys";
import { ChartHeader } from "./ChartHeader";
import type { Table } from "./csv";
import { FullScreen } from "./FullScreen";
import { gallery } from "./gallery";
import { attachHover, type Hover } from "./hover";
import { LiveDrawing } from "./live";
import type { Point } from "./options";
import { attachZoom, dataRange, rounded, scaled, shownRange, Zoom } from "./zoom";

echarts.use([
  BarChart,
  CanvasRenderer,
  DataZoomComponent,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  MarkPointComponent,
  ScatterChart,
  TooltipComponent,
  VisualMapComponent,
]);

type Props = {
  title: string;
  option: EChartsCoreOption;
  table: () => Table;
  height?: number;
  group?: string;
  note?: string;
  /** Which line is pointed at, here or elsewhere. */
  hover?: Hover;
  /** Data that grow: drawn when told of, without a new rendering of the page. */
  live?: { subscribe: (listener: () => unknown) => () => void; option: () => EChartsCoreOption };
};

/** A chart with a name; it can be zoomed, looked at in full screen, and taken away. */
export function Chart(props: Props) {
  const { title, hover } = props;
  const id = useId();
  const figure = useRef<HTMLElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const [zoom] = useState(() => new Zoom());
  const isLarge = useSyncExternalStore(gallery.subscribe, () => gallery.getOpened() === id);
  useEffect(() => gallery.add(id, figure.current!), [id]);
  const leave = useRef(new Map<HTMLElement, () => void>());
  useEffect(() => {
    const attached = leave.current;
    return () => attached.forEach((one) => one());
  }, []);
  const attach = (made: EChartsType) => {
    leave.current.get(made.getDom())?.();
    const all = [attachZoom(made, zoom), ...(hover ? [attachHover(made, hover)] : [])];
    leave.current.set(made.getDom(), () => all.forEach((one) => one()));
  };
  const close = () => {
    gallery.open(null);
    figure.current?.querySelector<HTMLElement>("[aria-label^=Enlarge]")?.focus();
  };
  return (
    <Paper ref={figure} withBorder p="sm" component="figure" m={0} aria-label={title} role="figure" onKeyDown={(event) => zoomByKey(event, chart.current, zoom)}>
      <ChartHeader title={title} chart={chart} zoom={zoom} table={props.table} onEnlarge={() => gallery.open(id)} />
      <Canvas
        {...props}
        onChart={(made) => {
          chart.current = made;
          attach(made);
        }}
      />
      {props.note && (
        <Text size="xs" c="dimmed">
          {props.note}
        </Text>
      )}
      {isLarge && (
        <FullScreen id={id} title={title} onClose={close}>
          <Canvas {...props} height={window.innerHeight - 130} onChart={attach} />
        </FullScreen>
      )}
    </Paper>
  );
}

function zoomByKey(event: KeyboardEvent, chart: EChartsType | null, zoom: Zoom): void {
  if ((event.target as HTMLElement).role !== "img" || chart === null) return;
  const isHotkey = (id: "zoomIn" | "zoomOut" | "zoomReset") => matches(HOTKEYS[id].keys, event.nativeEvent);
  const factor = isHotkey("zoomIn") ? 0.5 : isHotkey("zoomOut") ? 2 : null;
  const shown = shownRange(chart);
  if (isHotkey("zoomReset")) zoom.set(null);
  else if (factor !== null && shown) {
    const next = scaled(shown, factor, dataRange(chart));
    zoom.set(next && rounded(chart, next));
  }
}

function Canvas({ option, height = 240, group, title, live, onChart }: Props & {
  onChart: (chart: EChartsType) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const drawn = useRef("");
  const drawing = useRef<LiveDrawing | null>(null);
  const dark = useComputedColorScheme("light") === "dark";

  useEffect(() => {
    if (place.current === null) return;
    const made = echarts.init(place.current, dark ? "dark" : undefined);
    chart.current = made;
    onChart(made);
    if (group !== undefined) {
      made.group = group;
      echarts.connect(group);
    }
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      made.dispose();
      drawn.current = "";
      chart.current = null;
    };
    // A new theme needs a new chart; new data does not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [dark, group]);

  useEffect(() => {
    if (live === undefined || chart.current === null) return;
    const made = new LiveDrawing(chart.current, live.option);
    const unsubscribe = live.subscribe(made.grow);
    drawing.current = made;
    return () => {
      unsubscribe();
      made.dispose();
      drawing.current = null;
    };
  }, [live, dark, group]);

  useEffect(() => {
    const series = (option as { series?: Data[] }).series ?? [];
    const shape = JSON.stringify([dark, group, { ...option, series: series.map(shapeOf) }]);
    if (shape === drawn.current) {
      // Only the data have grown: the rest need not be laid out anew.
      chart.current?.setOption({ series: series.map(dataOf) });
    } else {
      drawn.current = shape;
      chart.current?.setOption(
        { backgroundColor: "transparent", animation: false, ...option },
        { replaceMerge: ["series"] },
      );
    }
    drawing.current?.noteWhole(series);
  }, [option, dark, group]);

  return <Box ref={place} h={height} className="chart" role="img" tabIndex={0} aria-label={`Chart: ${title}`} />;
}

type Data = { data: Point[]; markLine?: unknown };

function shapeOf(series: Data) {
  return { ...series, data: undefined };
}

function dataOf({ data }: Data) {
  return { data };
}
