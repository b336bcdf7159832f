import { expect, it } from "vitest";
import { curveChart } from "./curves";
import { short } from "./options";
import { readView } from "./view";

it("writes numbers beside an axis shortly", () => {
  expect([0, 0.25, -12.5, 1234, 99_999, 120_000, 4_500_000].map(short)).toEqual([
    "0", "0.25", "-12.5", "1234", "99999", "120K", "4.5M",
  ]);
  expect([1e-7, 2.5e-5, 3e18].map(short)).toEqual(["1e-7", "2.5e-5", "3e+18"]);
});

it("leaves room for the epochs to come while a training runs", () => {
  const loss = Array.from({ length: 100 }, (_, at) => 1 / (at + 1));
  const epochs = loss.map((_, at) => at + 1);
  const curves = { series: { loss }, epochs, elapsed: [], batches: null };
  const range = (growing: boolean) => {
    const { option } = curveChart(() => curves, "loss", null, readView(new URLSearchParams()), growing);
    const { min, max } = (option as { xAxis: { min: unknown; max: unknown } }).xAxis;
    return [min, max];
  };
  expect(range(true)).toEqual([1, 199]);
  expect(range(false)).toEqual(["dataMin", "dataMax"]);
});
