import type { EChartsCoreOption, EChartsType } from "echarts/core";

const WHOLE_PAUSE = 20_000;
const LEAST_WHOLE_PAUSE = 300;
const PAUSE_PER_WHOLE = 10;

type Point = [number, number | null];
type Curve = {
  name: string;
  data: Point[];
  color: string;
  lineStyle: { width: number; opacity: number };
  markLine?: unknown;
};
type Growing = {
  series: Curve[];
  xAxis: { min?: unknown; max?: unknown };
  grid: { left: number; right: number; top: number; bottom: number };
};

/**
 * Draws curves that grow many times a second.
 *
 * Laying out a chart takes some milliseconds, most of them for axes that stay as they are. So the
 * whole is drawn now and then, or where new points would lie outside of the axes; in between they
 * are a tail on a canvas above, which costs a fiftieth of that.
 */
export class LiveDrawing {
  private readonly canvas = document.createElement("canvas");
  private drawnAt = -Infinity;
  private cost = 0;
  private lengths: number[] = [];
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
    if (age < WHOLE_PAUSE && this.drawTail()) return true;
    const pause = Math.max(LEAST_WHOLE_PAUSE, PAUSE_PER_WHOLE * this.cost);
    if (age < pause) {
      this.timer ??= setTimeout(this.drawWhole, pause - age);
      return false;
    }
    this.drawWhole();
    return true;
  };

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
    const { series, xAxis } = this.option() as Growing;
    this.lengths = series.map(({ data }) => data.length);
    this.chart.setOption({
      xAxis: { min: xAxis.min, max: xAxis.max },
      series: series.map(({ name, data, markLine }) => ({
        type: "line",
        name,
        data,
        markLine: markLine ?? { data: [] },
      })),
    });
    this.chart.getZr().flush();
    this.drawnAt = performance.now();
    this.cost = this.drawnAt - began;
    this.clean()?.restore();
  };

  /** Whether the new points lie within the axes as they are; they are drawn then. */
  private drawTail(): boolean {
    const { series, grid } = this.option() as Growing;
    if (series.length !== this.lengths.length) return false;
    // A part that is looked at closely does not grow.
    if (this.isZoomed) return true;
    const right = this.chart.getWidth() - grid.right;
    const bottom = this.chart.getHeight() - grid.bottom;
    const tails = series.map(({ data }, index) => this.pixels(index, data));
    for (const [x, y] of tails.flat()) {
      if (!(y >= grid.top - 1 && y <= bottom + 1)) return false;
      if (!(x <= right + 1)) return false;
    }
    const context = this.clean();
    if (context === null) return true;
    context.beginPath();
    context.rect(grid.left, 0, right - grid.left, bottom);
    context.clip();
    series.forEach((curve, index) => {
      if (!this.hidden[curve.name]) stroke(context, curve, tails[index]!);
    });
    context.restore();
    return true;
  }

  /** Where the points are that came since the whole was drawn, and the last one before. */
  private pixels(index: number, points: Point[]): [number, number][] {
    return points
      .slice(Math.max(0, (this.lengths[index] ?? 0) - 1))
      .filter((point) => point[1] !== null)
      .map((point) => {
        const found = this.chart.convertToPixel({ seriesIndex: index }, point as number[]);
        return found as unknown as [number, number];
      });
  }

  /** The canvas, empty and as large as the chart. */
  private clean(): CanvasRenderingContext2D | null {
    const [width, height] = [this.chart.getWidth(), this.chart.getHeight()];
    const scale = window.devicePixelRatio;
    if (this.canvas.width !== Math.round(width * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.style.width = `${width}px`;
    }
    if (this.canvas.height !== Math.round(height * scale)) {
      this.canvas.height = Math.round(height * scale);
      this.canvas.style.height = `${height}px`;
    }
    const context = this.canvas.getContext("2d");
    context?.save();
    context?.setTransform(scale, 0, 0, scale, 0, 0);
    context?.clearRect(0, 0, width, height);
    return context;
  }
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
