import type { EChartsType } from "echarts/core";

type Range = [number, number];

const LEAST_PIXELS = 5;

/** What part of its x axis a chart shows; kept while charts come and go, and while data grow. */
export class Zoom {
  range: Range | null = null;
  private listeners = new Set<() => void>();

  set(range: Range | null): void {
    if (range?.[0] === this.range?.[0] && range?.[1] === this.range?.[1]) return;
    this.range = range;
    for (const listener of this.listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getIsZoomed = (): boolean => this.range !== null;
}

/** A range a factor as wide about the same middle, within the limits; null where it is all. */
export function scaled([low, high]: Range, factor: number, limits: Range): Range | null {
  const middle = (low + high) / 2;
  const half = (factor * (high - low)) / 2;
  const next: Range = [Math.max(limits[0], middle - half), Math.min(limits[1], middle + half)];
  return next[0] <= limits[0] && next[1] >= limits[1] ? null : next;
}

/** Lets one drag over a chart to zoom, and double-click to reset; returns how to end it. */
export function attachZoom(chart: EChartsType, zoom: Zoom): () => void {
  const place = chart.getDom();
  let shown: Range | null = null;
  const apply = () => {
    if (chart.isDisposed() || same(shown, zoom.range)) return;
    shown = zoom.range;
    const part = zoom.range === null ? { start: 0, end: 100 } : { startValue: zoom.range[0], endValue: zoom.range[1] };
    chart.dispatchAction({ type: "dataZoom", ...part });
  };
  // Charts that are connected hear of each other's zoom; by values, so that it stays as data grow.
  chart.on("datazoom", (given) => {
    const event = given as { startValue?: number; endValue?: number; batch?: { startValue?: number; endValue?: number }[] };
    const part = event.batch?.[0] ?? event;
    shown = part.startValue === undefined ? null : [part.startValue, part.endValue!];
    zoom.set(shown);
  });
  const leave = [zoom.subscribe(apply), dragging(chart, (range) => zoom.set(range))];
  const reset = () => zoom.set(null);
  place.addEventListener("dblclick", reset);
  // The option comes right after the chart is made.
  setTimeout(apply, 0);
  return () => {
    place.removeEventListener("dblclick", reset);
    leave.forEach((one) => one());
  };
}

const same = (a: Range | null, b: Range | null) => a?.[0] === b?.[0] && a?.[1] === b?.[1];

/** What is shown of the x axis now; undefined where it cannot be zoomed. */
export function shownRange(chart: EChartsType): Range | undefined {
  const [zoom] = (chart.getOption().dataZoom ?? []) as { startValue: number; endValue: number }[];
  return zoom && [zoom.startValue, zoom.endValue];
}

/** A range to whole numbers, where the axis counts something. */
export function rounded(chart: EChartsType, [low, high]: Range): Range {
  const [axis] = (chart.getOption().xAxis ?? []) as { minInterval?: number }[];
  const whole: Range = [Math.round(low), Math.round(high)];
  return axis?.minInterval === 1 && whole[0] < whole[1] ? whole : [low, high];
}

/** From where to where the lines of a chart go on its x axis. */
export function dataRange(chart: EChartsType): Range {
  const series = (chart.getOption().series ?? []) as { data?: [number, unknown][] }[];
  const places = series.flatMap(({ data = [] }) => [data[0]?.[0], data.at(-1)?.[0]]).filter((one) => one !== undefined);
  return [Math.min(...places), Math.max(...places)];
}

function dragging(chart: EChartsType, onZoom: (range: Range) => void): () => void {
  const place = chart.getDom();
  const band = document.createElement("div");
  band.className = "chart-band";
  let from: number | null = null;
  const at = (event: PointerEvent) => event.clientX - place.getBoundingClientRect().left;
  const begin = (event: PointerEvent) => {
    const y = event.clientY - place.getBoundingClientRect().top;
    const isInside = chart.containPixel({ gridIndex: 0 }, [at(event), y]);
    if (event.button !== 0 || !isInside || shownRange(chart) === undefined) return;
    from = at(event);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  };
  const move = (event: PointerEvent) => {
    const [left, right] = [Math.min(from!, at(event)), Math.max(from!, at(event))];
    if (right - left < LEAST_PIXELS) return;
    if (!band.isConnected) place.append(band);
    Object.assign(band.style, { left: `${left}px`, width: `${right - left}px` });
  };
  const end = (event: PointerEvent) => {
    const [left, right] = [Math.min(from!, at(event)), Math.max(from!, at(event))];
    stop();
    if (right - left < LEAST_PIXELS || chart.isDisposed()) return;
    const limits = shownRange(chart)!;
    const value = (pixel: number) => chart.convertFromPixel({ xAxisIndex: 0 }, pixel) as unknown as number;
    onZoom(rounded(chart, [Math.max(limits[0], value(left)), Math.min(limits[1], value(right))]));
  };
  const stop = () => {
    from = null;
    band.remove();
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", end);
  };
  place.addEventListener("pointerdown", begin);
  return () => {
    stop();
    place.removeEventListener("pointerdown", begin);
  };
}
