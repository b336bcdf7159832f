import type { Schemas } from "@/shared/api/client";

type Counts = Schemas["ThresholdCounts"];
type Weights = Schemas["CostWeights"];

export type Figures = {
  threshold: number;
  tp: number;
  fp: number;
  tn: number;
  fn: number;
  accuracy: number | null;
  precision: number | null;
  recall: number | null;
  specificity: number | null;
  f1: number | null;
  mcc: number | null;
  gain: number | null;
};

const ratio = (a: number, b: number): number | null => (b === 0 ? null : a / b);

/** All figures at one of the thresholds that the server has counted for. */
export function figuresAt(counts: Counts, at: number, weights: Weights): Figures {
  const tp = counts.true_positives[at] ?? 0;
  const fp = counts.false_positives[at] ?? 0;
  const tn = counts.true_negatives[at] ?? 0;
  const fn = counts.false_negatives[at] ?? 0;
  const all = tp + fp + tn + fn;
  const spread = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  const gain =
    tp * weights.true_positive + fp * weights.false_positive + tn * weights.true_negative + fn * weights.false_negative;
  return {
    threshold: counts.thresholds[at] ?? 0,
    tp,
    fp,
    tn,
    fn,
    accuracy: ratio(tp + tn, all),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    specificity: ratio(tn, tn + fp),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    mcc: ratio(tp * tn - fp * fn, spread),
    gain: ratio(gain, all),
  };
}
