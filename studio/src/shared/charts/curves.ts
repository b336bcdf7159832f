import type { EChartsCoreOption } from "echarts/core";
import type { Series } from "@/shared/api/points";
import type { Table } from "./csv";
import { type Line, lineChart, PALETTE } from "./options";
import { smoothed } from "./smoothing";

const PREFIXES = ["Test ", "Validation "];

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

/** From the first epoch to the last; while it grows there is room for those to come. */
function xRange(longest: number, growing: boolean): [number, number] | undefined {
  if (growing) return [1, Math.max(longest + 4, Math.ceil(longest * 1.2))];
  return longest > 1 ? undefined : [0, 2];
}

/** Train and test of one metric over the epochs, the kept one marked. */
export function curveChart(
  series: Series,
  metric: string,
  best: number | null,
  smoothing: number,
  logY: boolean,
  growing = false,
): { option: EChartsCoreOption; table: () => Table; height: number } {
  const found = linesOf(series, metric);
  const asPoints = (values: (number | null)[]) =>
    values.map((value, at): [number, number | null] => [at + 1, value ?? null]);
  const lines: Line[] = found.flatMap(({ name, values }, at) => {
    const color = PALETTE[name === "train" ? 1 : 0] ?? PALETTE[at];
    const main: Line = {
      name,
      color,
      points: asPoints(smoothing > 0 ? smoothed(values, smoothing) : values),
      mark: at === 0 && best !== null ? { x: best, label: `kept: ${best}` } : undefined,
    };
    return smoothing > 0
      ? [main, { name: `${name}, as measured`, color, faint: true, points: asPoints(values) }]
      : [main];
  });
  const longest = Math.max(1, ...found.map((one) => one.values.length));
  return {
    height: 260,
    option: lineChart({ x: "epoch", y: metric, lines, whole: true, logY, xRange: xRange(longest, growing) }),
    table: () => ({
      columns: ["epoch", ...found.map((one) => one.name)],
      rows: Array.from({ length: longest }, (_, at) => [at + 1, ...found.map((one) => one.values[at] ?? null)]),
    }),
  };
}
