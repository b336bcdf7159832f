import { describe, expect, it } from "vitest";
import type { Schemas } from "@/shared/api/client";
import { madeOf, missingOf, optionsOf } from "./features";

const column = (changes: Partial<Schemas["ModelColumn"]>): Schemas["ModelColumn"] => ({
  column: "age",
  role: "input",
  storage: "integer",
  missing_rows: 0,
  missing: {},
  options: {},
  n_made: 1,
  made: ["age"],
  ...changes,
});

describe("a feature of a model", () => {
  it("says how missing values were handled", () => {
    expect(missingOf(column({ missing: { missing: "impute", impute_with: "mean", impute_value: 0 } }))).toBe("impute the mean");
    expect(missingOf(column({ missing: { missing: "impute", impute_with: "constant", impute_value: 3 } }))).toBe("impute 3");
    expect(missingOf(column({ missing: { missing: "own_category", impute_with: "most_frequent" } }))).toBe("own category");
    expect(missingOf(column({ missing: { missing: "impute" } }))).toBe("impute");
    expect(missingOf(column({}))).toBe("");
  });

  it("names options that are not the defaults", () => {
    expect(optionsOf(column({ options: { rescaling: "minmax", max_categories: 20 } }))).toBe("rescaling minmax, max categories 20");
  });

  it("names the columns it became, and counts many", () => {
    expect(madeOf(column({}))).toBe("age");
    expect(madeOf(column({ n_made: 9, made: ["a", "b", "c", "d", "e"] }))).toBe("9: a, b, c, d, …");
    expect(madeOf(column({ n_made: 0, made: [] }))).toBe("one array a row");
    expect(madeOf(column({ role: "target", n_made: 0, made: [] }))).toBe("");
  });
});
