import { expect, it } from "vitest";
import { curveChart } from "./curves";
import { markOf, whatGrows } from "./live";
import { readView } from "./view";

const growing = (loss: number[], best: number | null = null) => {
  const epochs = loss.map((_, at) => at + 1);
  const curves = { series: { loss }, epochs, elapsed: [], batches: null };
  return curveChart(() => curves, "loss", best, readView(new URLSearchParams()), true).option;
};

type Series = { series: { data: unknown[]; showSymbol: boolean; markLine?: unknown }[] };

it("shows a circle where there is one point, and none when more have come", () => {
  const shown = (loss: number[]) => (whatGrows(growing(loss)) as Series).series[0]!.showSymbol;
  expect([shown([3]), shown([3, 2]), shown([3, 2, 1])]).toEqual([true, false, false]);
});

it("tells when another epoch is the kept one", () => {
  const mark = (loss: number[], best: number) => markOf((growing(loss, best) as Series).series);
  expect(mark([3, 2, 1], 2)).toBe(mark([3, 2, 1, 4], 2));
  expect(mark([3, 2, 1], 3)).not.toBe(mark([3, 2, 1], 2));
});
