import { describe, expect, it } from "vitest";
import { toCsv } from "./csv";
import { curveChart, joined, linesOf, metricNames, pointsOn, positions, xAxisOf } from "./curves";
import { middleRange } from "./outliers";
import { smoothed } from "./smoothing";
import { readView, withView } from "./view";
import { scaled, Zoom } from "./zoom";

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

const view = readView(new URLSearchParams());
const loaded = {
  epochs: [1, 3, 4],
  series: { loss: [4, 2, 1] },
  best_epoch: 4,
  seconds: [10, 10, 10],
  elapsed_seconds: [10, 30, 40],
  batches: 5,
  epochs_run: 4,
  planned_epochs: 9,
  ended: false,
  fold: null,
  folds: null,
};

describe("what was read and what was heard", () => {
  it("follow each other, though epochs were left out of what was read", () => {
    const heard = { series: { loss: [4, 2, 1, undefined, 0.5, 0.25] as number[] }, fold: null };
    const curves = joined(loaded, heard);
    expect(curves.epochs).toEqual([1, 3, 4, 5, 6]);
    expect(curves.series.loss).toEqual([4, 2, 1, 0.5, 0.25]);
    expect(positions(curves, "step")).toEqual([5, 15, 20, 25, 30]);
    expect(positions(curves, "time")).toEqual([10, 30, 40, null, null]);
  });
  it("are of one fold", () => {
    const curves = joined(loaded, { series: { loss: [9] }, fold: 2 });
    expect([curves.epochs, curves.series.loss]).toEqual([[1], [9]]);
  });
  it("are what was read once it has ended", () => {
    const heard = { series: { loss: [4, 3, 2, 1, 0] }, fold: 3 };
    expect(joined({ ...loaded, ended: true }, heard).epochs).toEqual([1, 3, 4]);
  });
});

describe("an axis", () => {
  const curves = joined({ ...loaded, ended: true }, { series: {}, fold: null });
  it("has the points whose places are known", () => {
    expect(pointsOn(curves, [4, 2, 1], { ...view, x: "time" })).toEqual([[10, 4], [30, 2], [40, 1]]);
    expect(pointsOn({ ...curves, batches: null }, [4, 2, 1], { ...view, x: "step" })).toEqual([]);
  });
  it("that is logarithmic has nothing up to 0", () => {
    expect(pointsOn(curves, [-1, 0, 2], { ...view, logY: true })).toEqual([[1, null], [3, null], [4, 2]]);
    expect(curveChart(() => ({ ...curves, series: { loss: [-1, 0, 2] } }), "loss", 4, { ...view, logY: true }).note).toMatch(/^2 values/);
  });
  it("says its numbers", () => {
    expect([5, 65, 3725].map(xAxisOf("time").format)).toEqual(["5 s", "1:05", "1:02:05"]);
    expect(xAxisOf("step").format(12_500)).toBe("12,500");
  });
  it("leaves outliers out", () => {
    const values = [1000, ...Array.from({ length: 99 }, (_, at) => at / 100)];
    const [low, high] = middleRange(values)!;
    expect(low).toBeGreaterThan(-0.1);
    expect(high).toBeLessThan(1.1);
    expect(middleRange([1, 1, 1, 1, 1])).toBeUndefined();
    expect(middleRange([-5, 0, 1, 10, 100, 1000, 10_000], true)![0]).toBeGreaterThan(0);
  });
});

describe("the view", () => {
  it("stands in the address, and nothing there that is as by default", () => {
    const search = withView(new URLSearchParams("metric=R2"), { x: "time", logY: true, smoothing: 0.6 });
    expect(search.toString()).toBe("metric=R2&x=time&log=1&smoothing=0.6");
    expect(readView(search)).toEqual({ x: "time", logX: false, logY: true, ignoreOutliers: false, smoothing: 0.6 });
    expect(withView(search, { x: "epoch", logY: false, smoothing: 0 }).toString()).toBe("metric=R2");
  });
  it("takes no nonsense", () => {
    expect(readView(new URLSearchParams("x=moon&smoothing=7&log=yes"))).toEqual(view);
  });
});

describe("the zoom", () => {
  it("goes in and out about its middle, and ends where all is shown", () => {
    expect(scaled([0, 100], 0.5, [0, 100])).toEqual([25, 75]);
    expect(scaled([25, 75], 2, [0, 100])).toBeNull();
    expect(scaled([0, 20], 2, [0, 100])).toEqual([0, 30]);
  });
  it("tells of changes only", () => {
    const zoom = new Zoom();
    let told = 0;
    zoom.subscribe(() => (told += 1));
    zoom.set([1, 2]);
    zoom.set([1, 2]);
    zoom.set(null);
    expect([told, zoom.getIsZoomed()]).toEqual([2, false]);
  });
});
