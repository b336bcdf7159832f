import { expect, it } from "vitest";
import { type Command, grouped, matching } from "./matching";

const command = (label: string, group = "Pages", hint?: string): Command => ({
  id: label, label, group, hint, run: () => {},
});
const all = [
  command("Retrain", "Actions"),
  command("Train", "Actions"),
  command("wine", "Datasets", "4,898 rows"),
  command("predict-quality", "Tasks", "wine"),
];
const labels = (typed: string) => matching(all, typed).map((one) => one.label);

it("finds every word, anywhere", () => {
  expect(labels("wine")).toEqual(["wine", "predict-quality"]);
  expect(labels("quality WINE")).toEqual(["predict-quality"]);
  expect(labels("nothing")).toEqual([]);
  expect(labels("  ")).toHaveLength(4);
});

it("puts what begins so first", () => {
  expect(labels("train")).toEqual(["Train", "Retrain"]);
});

it("keeps groups together", () => {
  expect(grouped(matching(all, "")).map(([name, found]) => [name, found.length])).toEqual([
    ["Actions", 2], ["Datasets", 1], ["Tasks", 1],
  ]);
});
