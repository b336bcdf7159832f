import type { EChartsCoreOption } from "echarts/core";
import type { Schemas } from "@/shared/api/client";
import type { Series } from "@/shared/api/points";
import { clock, count } from "@/shared/format/numbers";
import type { Table } from "./csv";
import { type Line, lineChart, PALETTE, type Point } from "./options";
import { middleRange } from "./outliers";
import { smoothed } from "./smoothing";
import type { CurveView, XAxis } from "./view";

const PREFIXES = ["Test ", "Validation "];

/** The numbers of some epochs, and where these lie on each x axis. */
export type Curves = {
  series: Series;
  /** Number of each epoch, from 1. */
  epochs: number[];
  /** Seconds from the start of the training to the end of each epoch. */
  elapsed: (number | null)[];
  batches: number | null;
};

/** What the server had, and after it what was heard since. */
export function joined(
  loaded: Schemas["LearningCurves"] | undefined,
  heard: { series: Series; fold: number | null },
): Curves {
  const longest = Math.max(0, ...Object.values(heard.series).map((values) => values.length));
  const isOther = loaded !== undefined && !loaded.ended && (loaded.fold ?? null) !== heard.fold;
  if (loaded === undefined || isOther || loaded.epochs_run === 0) {
    const epochs = Array.from({ length: longest }, (_, at) => at + 1);
    return { series: heard.series, epochs, elapsed: [], batches: loaded?.batches ?? null };
  }
  const { epochs, epochs_run, elapsed_seconds: elapsed, batches } = loaded;
  if (loaded.ended || longest <= epochs_run) return { series: loaded.series, epochs, elapsed, batches };
  const later = Array.from({ length: longest - epochs_run }, (_, at) => epochs_run + at + 1);
  const names = [...new Set([...Object.keys(loaded.series), ...Object.keys(heard.series)])];
  const series = names.map((name) => {
    const before = loaded.series[name] ?? epochs.map(() => null);
    return [name, [...before, ...later.map((epoch) => heard.series[name]?.[epoch - 1] ?? null)]];
  });
  return { series: Object.fromEntries(series), epochs: [...epochs, ...later], elapsed, batches };
}

/** The metrics that epochs have, each once, the loss last. */
export function metricNames(series: Series): string[] {
  const names = Object.keys(series).map(withoutPrefix).map((name) => name.replace(/^val_/, ""));
  const found = [...new Set(names)].filter((name) => name !== "loss" && name !== "learning_rate");
  return [...found, ...("loss" in series ? ["loss"] : []), ...("learning_rate" in series ? ["learning_rate"] : [])];
}

function withoutPrefix(name: string): string {
  for (const prefix of PREFIXES) if (name.startsWith(prefix)) return name.slice(prefix.length);
  return name;
}

/** The train and the measured values of one metric. */
export function linesOf(series: Series, metric: string): { name: string; values: (number | null)[] }[] {
  const wanted = [
    [metric, "train"],
    [`val_${metric}`, "test"],
    ...PREFIXES.map((prefix) => [prefix + metric, prefix.trim().toLowerCase()]),
  ];
  return wanted.flatMap(([key, name]) => {
    const values = series[key!];
    return values ? [{ name: name!, values }] : [];
  });
}

/** Where each epoch lies on an axis; null where that is not known. */
export function positions(curves: Curves, axis: XAxis): (number | null)[] {
  if (axis === "time") return curves.epochs.map((_, at) => curves.elapsed[at] ?? null);
  if (axis === "step") {
    return curves.epochs.map((epoch) => (curves.batches === null ? null : epoch * curves.batches));
  }
  return curves.epochs;
}

/** Values at their places, as far as both are known; a logarithmic axis has none up to 0. */
export function pointsOn(curves: Curves, values: (number | null)[], view: CurveView): Point[] {
  const places = positions(curves, view.x);
  return places.flatMap((x, at): Point[] => {
    if (x === null || (view.logX && x <= 0)) return [];
    const value = values[at] ?? null;
    return [[x, view.logY && value !== null && value <= 0 ? null : value]];
  });
}

/** What an x axis is called, and how its numbers are said. */
export function xAxisOf(axis: XAxis): { name: string; format: (value: number) => string } {
  if (axis === "time") return { name: "time since the start", format: clock };
  return { name: axis, format: (value) => count(Number(value.toPrecision(6))) };
}

/** Train and test of one metric over the epochs, the kept one marked. */
export function curveChart(
  read: () => Curves,
  metric: string,
  best: number | null,
  view: CurveView,
  growing = false,
): { option: EChartsCoreOption; table: () => Table; height: number; note?: string } {
  const curves = read();
  const found = linesOf(curves.series, metric);
  const { smoothing } = view;
  const kept = best === null ? null : (positions(curves, view.x)[curves.epochs.indexOf(best)] ?? null);
  const lines: Line[] = found.flatMap(({ name, values }, at) => {
    const color = PALETTE[name === "train" ? 1 : 0] ?? PALETTE[at];
    const main: Line = {
      name,
      color,
      points: pointsOn(curves, smoothing > 0 ? smoothed(values, smoothing) : values, view),
      mark: at === 0 && kept !== null ? { x: kept, label: `kept: ${best}` } : undefined,
    };
    return smoothing > 0
      ? [main, { name: `${name}, as measured`, color, faint: true, points: pointsOn(curves, values, view) }]
      : [main];
  });
  return {
    height: 260,
    note: noteOf(found.flatMap((one) => one.values), lines, view),
    option: curveOption(
      metric,
      lines,
      view,
      () => linesOf(read().series, metric).flatMap((one) => one.values),
      { growing },
    ),
    table: () => tableOf(curves, found),
  };
}

/** Curves on the axes of a view. `read` gives all values, for the range without outliers. */
export function curveOption(
  y: string,
  lines: Line[],
  view: CurveView,
  read: () => (number | null)[],
  { pointed = false, growing = false } = {},
): EChartsCoreOption {
  const { name, format } = xAxisOf(view.x);
  return lineChart({
    x: name,
    y,
    lines,
    xFormat: format,
    whole: view.x !== "time",
    logX: view.logX,
    logY: view.logY,
    xRange: view.logX ? undefined : xRange(lines, view.x, growing),
    pointed,
    yRoom: growing,
    yBounds: view.ignoreOutliers ? () => middleRange(read(), view.logY) : undefined,
  });
}

/** Of what there is; while a training runs there is room for what is to come. */
function xRange(lines: Line[], axis: XAxis, growing: boolean): [number, number] | undefined {
  const longest = Math.max(0, ...lines.map((line) => line.points.length));
  if (growing && longest > 0) {
    const places = lines.flatMap(({ points }) => [points[0]?.[0], points.at(-1)?.[0]]);
    const known = places.filter((one) => one !== undefined);
    const [first, last] = [Math.min(...known), Math.max(...known)];
    const room = Math.max(last - first, axis === "time" ? 2 : 20);
    return [first, axis === "time" ? last + room : Math.ceil(last + room)];
  }
  return longest === 1 && axis === "epoch" ? [0, 2] : undefined;
}

function noteOf(values: (number | null)[], lines: Line[], view: CurveView): string | undefined {
  const hidden = view.logY ? values.filter((one) => one !== null && one <= 0).length : 0;
  if (hidden > 0) return `${count(hidden)} values up to 0 have no place on a logarithmic axis`;
  if (lines.every((line) => line.points.length === 0) && values.length > 0) {
    return view.x === "time" ? "The times of these epochs are not known" : "The batches of an epoch are not known";
  }
  return undefined;
}

function tableOf(curves: Curves, found: { name: string; values: (number | null)[] }[]): Table {
  const steps = positions(curves, "step");
  return {
    columns: ["epoch", ...found.map((one) => one.name), "step", "seconds"],
    rows: curves.epochs.map((epoch, at) => [
      epoch,
      ...found.map((one) => one.values[at] ?? null),
      steps[at] ?? null,
      curves.elapsed[at] ?? null,
    ]),
  };
}
