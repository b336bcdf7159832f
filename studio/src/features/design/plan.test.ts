import { describe, expect, it } from "vitest";
import { type Plan, whatIsTrained, whichRows, whichSets } from "./plan";

const plan = (changes: Partial<Plan>): Plan => ({
  models: 1,
  features: 11,
  table_rows: 4898,
  train_rows: 3918,
  test_rows: 980,
  validation_rows: null,
  sets: [],
  partition_columns: [],
  keeps_sets: true,
  backend: "jax",
  backend_reason: "",
  device: "auto",
  unknown: [],
  ...changes,
});
const set = (name: string, computed: string | null) => ({ name, n_rows: 10, computed });

describe("what a training will be", () => {
  it("says models and features", () => {
    expect(whatIsTrained(plan({}))).toBe("1 model on 11 features");
    expect(whatIsTrained(plan({ models: 6, features: 1 }))).toBe("6 models on 1 feature");
    expect(whatIsTrained(plan({}), "city")).toBe("1 model on 11 features, for each value of city and, with the rows below, for all");
  });

  it("says about how many rows until a training has counted them", () => {
    expect(whichRows(plan({}))).toBe("About 3,918 rows to train on, 980 rows to measure on");
    const counted = plan({ sets: [set("train", null)], validation_rows: 100 });
    expect(whichRows(counted)).toBe("3,918 rows to train on, 100 rows to choose the epoch on, 980 rows to measure on");
    expect(whichRows(plan({ train_rows: null, test_rows: null }))).toContain("the 4,898 of the table");
    expect(whichRows(plan({ train_rows: null, test_rows: null, table_rows: null }))).toContain("still being read");
  });

  it("names the sets that are used again, and says when none are", () => {
    const moment = "2026-03-04T05:06:00Z";
    expect(whichSets(plan({ sets: [set("train", moment), set("test", moment)] }))).toContain("Re-using train and test sets computed on");
    expect(whichSets(plan({ sets: [set("train", moment), set("test", null)] }))).toContain("Re-using 1 of 2 sets");
    expect(whichSets(plan({ sets: [set("train", null)] }))).toContain("kept no more");
    expect(whichSets(plan({}))).toContain("preprocessed anew");
    expect(whichSets(plan({ keeps_sets: false }))).toContain("in every epoch");
  });
});
