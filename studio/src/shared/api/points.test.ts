import { describe, expect, it } from "vitest";
import { EpochPoints } from "./points";

const epoch = (number: number, loss: number, best = false, fold: number | null = null) => ({
  epoch: number,
  fold,
  best,
  logs: { loss },
  written: 0,
});

const curves = (loss: number[], best: number | null = null) => ({
  epochs: loss.map((_, at) => at + 1),
  series: { loss },
  best_epoch: best,
  seconds: [],
  elapsed_seconds: [],
  batches: null,
  epochs_run: loss.length,
  planned_epochs: null,
  ended: false,
  fold: null,
  folds: null,
});

describe("the points of a training", () => {
  it("takes an epoch that comes twice once", () => {
    const points = new EpochPoints();
    points.add(epoch(1, 0.5, true));
    points.add(epoch(1, 0.5, true));
    expect(points.series).toEqual({ loss: [0.5] });
    expect(points.bestEpoch).toBe(1);
  });

  it("keeps what was heard before what was kept is loaded", () => {
    const points = new EpochPoints();
    points.add(epoch(3, 0.3));
    points.load(curves([0.5, 0.4], 2));
    expect(points.series.loss).toEqual([0.5, 0.4, 0.3]);
    expect(points.bestEpoch).toBe(2);
  });

  it("puts thinned epochs where they belong", () => {
    const points = new EpochPoints();
    points.load({ ...curves([0.5, 0.3]), epochs: [1, 3] });
    points.add(epoch(4, 0.2));
    expect(points.series.loss).toEqual([0.5, null, 0.3, 0.2]);
  });

  it("begins anew with the next fold", () => {
    const points = new EpochPoints();
    points.add(epoch(1, 0.5, true, 1));
    points.add(epoch(1, 0.7, false, 2));
    expect(points.series).toEqual({ loss: [0.7] });
    expect(points.bestEpoch).toBeNull();
  });

  it("tells those who listen once for many epochs at a time", async () => {
    const points = new EpochPoints();
    let told = 0;
    points.subscribe(() => (told += 1));
    points.add(epoch(1, 0.5));
    points.add(epoch(2, 0.4));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toBe(1);
  });
});
