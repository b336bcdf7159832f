import type { EChartsCoreOption, EChartsType } from "echarts/core";
import type { Point } from "./options";

const WHOLE_PAUSE = 5000;
const MARK_PAUSE = 1000;
const LEAST_WHOLE_PAUSE = 200;
const LONGEST_WHOLE_PAUSE = 800;
const PAUSE_PER_WHOLE = 4;

type Curve = {
  name: string;
  data: Point[];
  color: string;
  lineStyle: { width: number; opacity: number };
  showSymbol: boolean;
  markLine?: unknown;
};
type Place = (point: [number, number]) => [number, number];
type Axis = { type?: string };
type Growing = {
  series: Curve[];
  xAxis: { min?: unknown; max?: unknown };
  grid: { left: number; right: number; top: number; bottom: number };
};

/**
 * Draws curves that grow many times a second.
 *
 * Laying out a chart takes some milliseconds, most of them for axes that stay as they are. So the
 * whole is drawn now and then, soon after a mark has moved, and where new points would lie outside
 * of the axes; in between, what is new is added to a canvas above, which costs a hundredth of that.
 */
export class LiveDrawing {
  private readonly canvas = document.createElement("canvas");
  private drawnAt = -Infinity;
  private cost = 0;
  /** How many points of each curve are drawn. */
  private lengths: number[] = [];
  private mark = "";
  private place: Place = (point) => point;
  private hidden: Record<string, boolean> = {};
  private isZoomed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly chart: EChartsType,
    private readonly option: () => EChartsCoreOption,
  ) {
    Object.assign(this.canvas.style, { position: "absolute", inset: "0", pointerEvents: "none" });
    chart.getDom().append(this.canvas);
    chart.on("legendselectchanged", this.hide);
    chart.on("datazoom", this.zoom);
  }

  /** Shows what has come since; false where it will be shown a little later. */
  grow = (): boolean => {
    const age = performance.now() - this.drawnAt;
    const { series, grid } = this.option() as Growing;
    const longest = markOf(series) === this.mark ? WHOLE_PAUSE : MARK_PAUSE;
    if (age < longest && this.drawTail(series, grid)) return true;
    const needed = Math.max(LEAST_WHOLE_PAUSE, PAUSE_PER_WHOLE * this.cost);
    const pause = Math.min(LONGEST_WHOLE_PAUSE, needed);
    if (age < pause) {
      this.timer ??= setTimeout(this.drawWhole, pause - age);
      return false;
    }
    this.drawWhole();
    return true;
  };

  /** Takes it that the chart was given the whole of these curves. */
  noteWhole(series: { data: Point[]; markLine?: unknown }[]): void {
    this.chart.getZr().flush();
    this.mark = markOf(series);
    this.lengths = series.map(({ data }) => data.length);
    this.drawnAt = performance.now();
    this.place = placeIn(this.chart);
    this.clean();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.canvas.remove();
    if (this.chart.isDisposed()) return;
    this.chart.off("legendselectchanged", this.hide);
    this.chart.off("datazoom", this.zoom);
  }

  private hide = (event: unknown): void => {
    const { selected } = event as { selected: Record<string, boolean> };
    this.hidden = Object.fromEntries(
      Object.entries(selected).map(([name, shown]) => [name, !shown]),
    );
    this.drawWhole();
  };

  private zoom = (given: unknown): void => {
    const event = given as { start?: number; end?: number; batch?: { start?: number; end?: number }[] };
    const part = event.batch?.[0] ?? event;
    this.isZoomed = part.start !== 0 || part.end !== 100;
    this.drawWhole();
  };

  private drawWhole = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    const began = performance.now();
    const option = this.option();
    this.chart.setOption(whatGrows(option));
    this.noteWhole((option as Growing).series);
    this.cost = this.drawnAt - began;
  };

  /** Whether the new points lie within the axes as they are; they are drawn then. */
  private drawTail(series: Curve[], grid: Growing["grid"]): boolean {
    if (series.length !== this.lengths.length || !this.fits()) return false;
    // A part that is looked at closely does not grow.
    if (this.isZoomed) return true;
    const right = this.chart.getWidth() - grid.right;
    const bottom = this.chart.getHeight() - grid.bottom;
    const tails = series.map(({ data }, index) => this.pixels(index, data));
    for (const [x, y] of tails.flat()) {
      if (!(y >= grid.top - 1 && y <= bottom + 1)) return false;
      if (!(x <= right + 1)) return false;
    }
    const context = this.canvas.getContext("2d");
    if (context === null) return true;
    series.forEach((curve, index) => {
      if (!this.hidden[curve.name]) stroke(context, curve, tails[index]!);
      this.lengths[index] = curve.data.length;
    });
    return true;
  }

  /** Where the points are that came since, and the last one before. */
  private pixels(index: number, points: Point[]): [number, number][] {
    return points
      .slice(Math.max(0, (this.lengths[index] ?? 0) - 1))
      .filter((point): point is [number, number] => point[1] !== null)
      .map(this.place);
  }

  private fits(): boolean {
    const { width, height } = this.canvas.style;
    return width === `${this.chart.getWidth()}px` && height === `${this.chart.getHeight()}px`;
  }

  /** Makes the canvas empty and as large as the chart. */
  private clean(): void {
    const [width, height] = [this.chart.getWidth(), this.chart.getHeight()];
    const scale = window.devicePixelRatio;
    // A canvas that is given a size is empty.
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.canvas.getContext("2d")?.scale(scale, scale);
  }
}

/**
 * Where values lie in a chart, in pixels. Asking the chart for each would cost more than drawing
 * it; axes are linear, or so after a logarithm.
 */
function placeIn(chart: EChartsType): Place {
  const { xAxis, yAxis } = chart.getOption() as { xAxis: Axis[]; yAxis: Axis[] };
  const scaled = [xAxis[0], yAxis[0]].map((axis) => (axis?.type === "log" ? Math.log10 : Number));
  const [first, second] = [1, 10].map((value) => chart.convertToPixel({ gridIndex: 0 }, [value, value]));
  const lines = [0, 1].map((at) => {
    const [low, high] = [scaled[at]!(1), scaled[at]!(10)];
    const slope = (second![at]! - first![at]!) / (high - low);
    return { slope, start: first![at]! - slope * low };
  });
  return (point) => {
    const [x, y] = lines.map(({ slope, start }, at) => start + slope * scaled[at]!(point[at]!));
    return [x!, y!];
  };
}

/** What of a chart changes as its curves grow. */
export function whatGrows(option: EChartsCoreOption): EChartsCoreOption {
  const { series, xAxis } = option as Growing;
  return {
    xAxis: { min: xAxis.min, max: xAxis.max },
    series: series.map(({ name, data, showSymbol, markLine }) => ({
      type: "line",
      name,
      data,
      // A circle for each of many points costs most of a drawing.
      showSymbol,
      markLine: markLine ?? { data: [] },
    })),
  };
}

/** Where the marks stand; the same text while they stay. */
export function markOf(series: { markLine?: unknown }[]): string {
  return JSON.stringify(series.map(({ markLine }) => (markLine as { data?: unknown } | undefined)?.data));
}

function stroke(context: CanvasRenderingContext2D, curve: Curve, points: [number, number][]): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.strokeStyle = curve.color;
  context.lineWidth = curve.lineStyle.width;
  context.globalAlpha = curve.lineStyle.opacity;
  context.lineJoin = "bevel";
  context.stroke();
}
