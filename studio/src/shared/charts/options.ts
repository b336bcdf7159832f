import type { EChartsCoreOption } from "echarts/core";

/** Told apart also by those who see colours differently; readable on light and dark. */
export const PALETTE = [
  "#1c7ed6", "#e8590c", "#2b8a3e", "#ae3ec9", "#c92a2a", "#0b7285", "#a67c00", "#5f3dc4",
  "#d6336c", "#495057",
];

export type Point = [number, number | null];
export type Line = {
  name: string;
  points: Point[];
  color?: string;
  dashed?: boolean;
  step?: boolean;
  faint?: boolean;
  mark?: { x: number; label: string };
};

type LineChartOptions = {
  x: string;
  y: string;
  lines: Line[];
  xRange?: [number, number];
  yRange?: [number, number];
  logX?: boolean;
  logY?: boolean;
  whole?: boolean;
  xFormat?: (value: number) => string;
  /** A range that is asked for anew whenever the chart is drawn, as its data grow. */
  yBounds?: () => [number, number] | undefined;
  /** Whether there is room above and below, for values to come. */
  yRoom?: boolean;
  /** Whether pointing at a line tells which it is. */
  pointed?: boolean;
};

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });

/** A number in at most seven characters, as fits beside an axis. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(1).replace(".0e", "e");
  return size >= 1e5 ? compact.format(value) : String(Number(value.toPrecision(5)));
}

/** Lines over a common axis; axes have names, the tooltip is sorted by value, dragging zooms. */
export function lineChart(given: LineChartOptions): EChartsCoreOption {
  const legend = given.lines.filter((line) => !line.faint);
  return {
    color: PALETTE,
    grid: { left: 58, right: 18, top: legend.length > 1 ? 44 : 24, bottom: 42, outerBoundsMode: "none" },
    legend:
      legend.length > 1
        ? { top: 2, type: "scroll", data: legend.map((line) => line.name) }
        : undefined,
    tooltip: {
      trigger: "axis",
      order: "valueDesc",
      confine: true,
      valueFormatter: (value: unknown) =>
        typeof value === "number" ? String(Number(value.toPrecision(5))) : "–",
    },
    // Dragging zooms (see zoom.ts); the wheel scrolls the page.
    dataZoom: [{ type: "inside", filterMode: "filter", disabled: true }],
    // The axis asks for its range by itself: this tells that it is asked differently.
    view: given.yBounds && "without outliers",
    xAxis: {
      type: given.logX ? "log" : "value",
      name: given.x,
      nameLocation: "middle",
      nameGap: 26,
      min: given.xRange?.[0] ?? "dataMin",
      max: given.xRange?.[1] ?? "dataMax",
      minInterval: given.whole ? 1 : undefined,
      splitLine: { show: false },
      axisLine: { onZero: false },
      axisLabel: { formatter: given.xFormat, hideOverlap: true },
      axisPointer: {
        label: given.xFormat && {
          formatter: ({ value }: { value: number }) => `${given.x} ${given.xFormat!(value)}`,
        },
      },
    },
    yAxis: {
      type: given.logY ? "log" : "value",
      name: given.y,
      nameLocation: "middle",
      nameGap: 44,
      // The grid has fixed margins, since measuring every label is most of what a drawing costs.
      axisLabel: { formatter: short },
      scale: true,
      boundaryGap: given.yRoom && !given.logY ? ["5%", "5%"] : [0, 0],
      min: given.yBounds ? () => given.yBounds?.()?.[0] : given.yRange?.[0],
      max: given.yBounds ? () => given.yBounds?.()?.[1] : given.yRange?.[1],
      splitLine: { lineStyle: { opacity: 0.35 } },
    },
    series: given.lines.map((line, index) => ({
      type: "line",
      name: line.name,
      data: line.points,
      color: line.color ?? PALETTE[index % PALETTE.length],
      showSymbol: line.points.length < 2,
      step: line.step ? "end" : undefined,
      silent: line.faint,
      triggerLineEvent: given.pointed,
      tooltip: line.faint ? { show: false } : undefined,
      lineStyle: {
        width: line.faint ? 1 : 2,
        opacity: line.faint ? 0.3 : 1,
        type: line.dashed ? "dashed" : "solid",
      },
      emphasis: { focus: "series" },
      markLine: line.mark && {
        symbol: "none",
        silent: true,
        lineStyle: { type: "dashed", color: "#a67c00" },
        label: { formatter: line.mark.label, align: alignOf(line), position: "end", distance: 2, rotate: 0, color: "inherit" },
        data: [{ xAxis: line.mark.x }],
      },
    })),
  };
}

/** A mark's label stays inside of the chart, at its sides as well. */
function alignOf({ points, mark }: Line): "left" | "center" | "right" {
  const [first = 0, last = 1] = [points[0]?.[0], points.at(-1)?.[0]];
  const share = mark === undefined ? 0.5 : (mark.x - first) / (last - first);
  return share > 0.85 ? "right" : share < 0.15 ? "left" : "center";
}

/** Bars between edges. */
export function histogram(given: {
  x: string;
  y: string;
  edges: number[];
  bars: { name: string; values: number[]; color?: string }[];
}): EChartsCoreOption {
  const middle = given.edges.slice(0, -1).map((edge, at) => (edge + given.edges[at + 1]!) / 2);
  return {
    color: PALETTE,
    grid: { left: 58, right: 18, top: given.bars.length > 1 ? 34 : 14, bottom: 42 },
    legend: given.bars.length > 1 ? { top: 2 } : undefined,
    tooltip: { trigger: "axis", order: "valueDesc", confine: true },
    xAxis: {
      type: "category",
      name: given.x,
      nameLocation: "middle",
      nameGap: 26,
      data: middle.map((value) => Number(value.toPrecision(4))),
    },
    yAxis: { type: "value", name: given.y, nameLocation: "middle", nameGap: 44 },
    series: given.bars.map((bar) => ({
      type: "bar",
      name: bar.name,
      data: bar.values,
      color: bar.color,
      barGap: "-100%",
      barCategoryGap: "4%",
      itemStyle: { opacity: given.bars.length > 1 ? 0.6 : 1 },
    })),
  };
}
