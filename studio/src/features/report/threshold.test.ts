import { expect, it } from "vitest";
import { figuresAt } from "./threshold";

const counts = {
  thresholds: [0, 0.5, 1],
  chosen: 1,
  true_positives: [4, 3, 0],
  false_positives: [6, 1, 0],
  true_negatives: [0, 5, 6],
  false_negatives: [0, 1, 4],
};
const weights = { true_positive: 1, false_positive: -1, true_negative: 0, false_negative: 0 };

it("computes every figure from the counts", () => {
  const at = figuresAt(counts, 1, weights);
  expect(at.accuracy).toBeCloseTo(0.8);
  expect(at.precision).toBeCloseTo(0.75);
  expect(at.recall).toBeCloseTo(0.75);
  expect(at.f1).toBeCloseTo(0.75);
  expect(at.gain).toBeCloseTo(0.2);
});

it("has no precision where nothing is predicted", () => {
  expect(figuresAt(counts, 2, weights).precision).toBeNull();
});
