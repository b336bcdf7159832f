import { describe, expect, it } from "vitest";
import { chosenRows, copied, deltaOf, rowsOf, said, shownModels } from "./comparison";

const rows = rowsOf([
  { "training.epochs": 10, "split.test_share": 0.2, "metrics.optimise": "R2" },
  { "training.epochs": 20, "split.test_share": 0.2, "runtime.devices": ["a"] },
  undefined,
]);
const keys = (typed: string, only: boolean) => chosenRows(rows, typed, only).map((one) => one.key);

describe("the comparison", () => {
  it("has every key of any model", () => {
    expect(rows.map((one) => one.key)).toEqual([
      "training.epochs", "split.test_share", "metrics.optimise", "runtime.devices",
    ]);
    expect(rows[0]!.values).toEqual([10, 20, undefined]);
  });
  it("shows differences only, and finds keys", () => {
    const two = rowsOf([{ a: 1, b: ["x"] }, { a: 1, b: ["x", "y"] }]);
    expect(chosenRows(two, "", true).map((one) => one.key)).toEqual(["b"]);
    expect(chosenRows(two, "", false)).toHaveLength(2);
    expect(chosenRows(rowsOf([{ a: 1 }]), "", true)).toHaveLength(1);
    expect(keys("TRAIN epoch", false)).toEqual(["training.epochs"]);
  });
  it("says values short and copies them whole", () => {
    expect(said(0.123456789)).toBe("0.1235");
    expect(copied(0.123456789)).toBe("0.123456789");
    expect([said(null), said(["a"]), said(true), said(1_234_567)]).toEqual(["–", '["a"]', "true", "1234567"]);
  });
  it("tells how far numbers are from the baseline", () => {
    expect(deltaOf(0.75, 0.5)).toBe("+0.25");
    expect(deltaOf(0.5, 0.75)).toBe("−0.25");
    expect(deltaOf(1, 1)).toBe("±0");
    expect(deltaOf("a", 1)).toBeUndefined();
    expect(deltaOf(null, 1)).toBeUndefined();
  });
});

describe("the models", () => {
  const models = Array.from({ length: 12 }, (_, at) => ({ session_id: `s${12 - at}` }));
  it("are the first ten by default", () => {
    expect(shownModels(models, null)).toHaveLength(10);
    expect(shownModels(models, "s1,s12").map((one) => one.session_id)).toEqual(["s12", "s1"]);
    expect(shownModels(models, "none")).toEqual([]);
  });
});
