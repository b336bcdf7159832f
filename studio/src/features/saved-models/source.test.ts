import { expect, test } from "vitest";
import { datasetKey, NO_SOURCE, sent } from "./source";

test("a dataset is named with its project, whatever its own name", () => {
  const dataset = datasetKey("my-project", "a/b c");
  expect(sent({ ...NO_SOURCE, dataset })).toEqual({ project: "my-project", dataset: "a/b c" });
  expect(sent(NO_SOURCE)).toBeUndefined();
});

test("a path is sent without the blanks around it, and not while there is none", () => {
  expect(sent({ ...NO_SOURCE, way: "path", path: " ~/rows.csv " })).toEqual({ path: "~/rows.csv" });
  expect(sent({ ...NO_SOURCE, way: "path", path: "  " })).toBeUndefined();
});

test("the same data as before need nothing", () => {
  expect(sent({ ...NO_SOURCE, way: "same" })).toEqual({});
});
