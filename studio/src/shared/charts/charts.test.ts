import { describe, expect, it } from "vitest";
import { toCsv } from "./csv";
import { linesOf, metricNames } from "./curves";
import { smoothed } from "./smoothing";

describe("smoothing", () => {
  it("leaves a constant as it is, from its start on", () => {
    expect(smoothed([2, 2, 2], 0.9).map((value) => value?.toFixed(6))).toEqual(["2.000000", "2.000000", "2.000000"]);
  });
  it("keeps gaps", () => {
    expect(smoothed([1, null, 1], 0.5)[1]).toBeNull();
  });
});

describe("curves", () => {
  const series = { loss: [3, 2], val_loss: [4, 3], "Test R2 Score": [0.1, 0.2], learning_rate: [1, 1] };
  it("names each metric once", () => {
    expect(metricNames(series)).toEqual(["R2 Score", "loss", "learning_rate"]);
  });
  it("draws train and test of a metric together", () => {
    expect(linesOf(series, "loss").map((line) => line.name)).toEqual(["train", "test"]);
    expect(linesOf(series, "R2 Score")).toEqual([{ name: "test", values: [0.1, 0.2] }]);
  });
});

describe("CSV", () => {
  it("quotes what needs it and runs no formula", () => {
    expect(toCsv({ columns: ["a", "b"], rows: [['x,"y"', 1], ["=1+1", null]] })).toBe("a,b\r\n\"x,\"\"y\"\"\",1\r\n'=1+1,");
  });
});
