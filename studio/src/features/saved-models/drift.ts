import type { Schemas } from "@/shared/api/client";
import type { Evaluation } from "./queries";

export type Drift = Schemas["ColumnDrift"];

export const LEVEL_COLOURS: Record<Drift["level"], string> = { none: "gray", moderate: "yellow", strong: "red" };

const farthestFirst = (a: Drift, b: Drift) => (b.psi ?? -1) - (a.psi ?? -1);

export const sorted = (drift: Drift[]): Drift[] => [...drift].sort(farthestFirst);

/** The column that is farthest from what it was at training. */
export const farthest = (evaluation: Evaluation): Drift | undefined => sorted(evaluation.drift)[0];

/** The columns with the farthest drift in any of the evaluations, the farthest first. */
export function farthestColumns(evaluations: Evaluation[], most: number): string[] {
  const found = new Map<string, number>();
  for (const { column, psi } of evaluations.flatMap((one) => one.drift)) {
    if (psi !== null) found.set(column, Math.max(psi, found.get(column) ?? 0));
  }
  return [...found].sort((a, b) => b[1] - a[1]).slice(0, most).map(([column]) => column);
}

/** The version that was evaluated, by its id alone. */
export const versionOf = (evaluation: Evaluation): string => evaluation.model.split(/[/@]/).at(-1) ?? evaluation.model;

/** Below this part of a metric a difference is that of the order in which numbers were added. */
const NOISE = 1e-6;

/** How a metric on new rows is to that at training, in a word. */
export function judged(metric: Schemas["EvaluatedMetric"]): "better" | "worse" | "the same" | null {
  if (metric.difference === null) return null;
  if (Math.abs(metric.difference) <= NOISE * Math.abs(metric.at_training ?? 0)) return "the same";
  return metric.difference > 0 === metric.greater_is_better ? "better" : "worse";
}

/** A share of rows in per cent. */
export function percent(share: number): string {
  if (share === 0) return "0 %";
  return share < 0.001 ? "< 0.1 %" : `${Number((100 * share).toPrecision(3))} %`;
}

/** A probability of a test; tiny ones are not worth their digits. */
export const pValue = (value: number | null): string =>
  value === null ? "–" : value < 0.0001 ? "< 0.0001" : String(Number(value.toPrecision(3)));
