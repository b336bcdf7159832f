import { expect, test } from "vitest";
import { type Drift, farthestColumns, judged, percent, pValue, sorted } from "./drift";
import type { Evaluation } from "./queries";

const drift = (column: string, psi: number | null) => ({ column, psi }) as Drift;
const evaluation = (...all: Drift[]) => ({ drift: all }) as Evaluation;

test("columns come by their drift, those without an index last", () => {
  const all = [drift("a", 0.1), drift("image", null), drift("b", 0.4), drift("c", 0)];
  expect(sorted(all).map((one) => one.column)).toEqual(["b", "a", "c", "image"]);
});

test("the farthest columns are found over all evaluations", () => {
  const both = [evaluation(drift("a", 0.1), drift("b", 0.2)), evaluation(drift("a", 0.5), drift("c", null))];
  expect(farthestColumns(both, 5)).toEqual(["a", "b"]);
  expect(farthestColumns(both, 1)).toEqual(["a"]);
});

test("a difference is judged by the direction of its metric", () => {
  const metric = { name: "x", value: 1, at_training: 1, greater_is_better: true };
  expect(judged({ ...metric, difference: 0.1 })).toBe("better");
  expect(judged({ ...metric, difference: 0.1, greater_is_better: false })).toBe("worse");
  expect(judged({ ...metric, difference: 0 })).toBe("the same");
  expect(judged({ ...metric, difference: -1e-9 })).toBe("the same");
  expect(judged({ ...metric, difference: null })).toBeNull();
});

test("shares and probabilities are as short as they may be", () => {
  expect([percent(0), percent(0.00001), percent(0.12345)]).toEqual(["0 %", "< 0.1 %", "12.3 %"]);
  expect([pValue(null), pValue(1e-30), pValue(0.04567)]).toEqual(["–", "< 0.0001", "0.0457"]);
});
