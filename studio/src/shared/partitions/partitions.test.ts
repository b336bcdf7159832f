import { expect, test } from "vitest";
import { isCompared, type PartitionFigures, type PartitionReport, sessionPage, whoAnswers } from "./partitions";

const male: PartitionFigures = {
  value: "male",
  rows: 577,
  session: "analysis/task/s2",
  status: "finished",
  answers: true,
  reason: null,
  train_rows: 460,
  test_rows: 117,
  metric_value: 0.7,
  whole_value: null,
};

test("a submodel that failed leaves its rows to the whole model, and says why", () => {
  const failed = { ...male, answers: false, status: "failed", reason: "No row meets the filter." };
  expect(whoAnswers(male)).toBe("its submodel");
  expect(whoAnswers(failed)).toBe("the whole model: the training failed. No row meets the filter.");
  expect(whoAnswers({ ...failed, status: "running", reason: null })).toBe("running still");
});

test("a submodel leads to its report, a failed one to its session", () => {
  expect(sessionPage(male)).toBe("/tasks/analysis/task/models/s2");
  expect(sessionPage({ ...male, answers: false })).toBe("/tasks/analysis/task/result?session=s2");
});

test("the whole model is compared where its numbers on the same rows are known", () => {
  const report: PartitionReport = {
    column: "sex",
    metric: "ROC AUC",
    greater_is_better: true,
    partitions: [male],
    pooled_rows: 117,
    pooled: { "ROC AUC": 0.7 },
    whole: {},
  };
  expect(isCompared(report)).toBe(false);
  expect(isCompared({ ...report, whole: { "ROC AUC": 0.8 } })).toBe(true);
});
