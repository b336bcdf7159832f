import type { Schemas } from "@/shared/api/client";

export type PartitionReport = Schemas["PartitionReport"];
export type PartitionFigures = Schemas["PartitionFigures"];

/** Whether the whole model's numbers on the submodels' test rows are known. */
export const isCompared = (report: PartitionReport): boolean => Object.keys(report.whole).length > 0;

/** Who answers for the rows with a value, and why it is not their submodel. */
export function whoAnswers(one: PartitionFigures): string {
  if (one.answers) return "its submodel";
  if (one.status === "queued" || one.status === "running") return `${one.status} still`;
  return `the whole model: the training ${one.status}. ${one.reason ?? ""}`.trim();
}

/** The page of the session that trains a submodel: its report where there is a model. */
export function sessionPage(one: PartitionFigures): string {
  const [analysis, task, session] = one.session.split("/");
  return one.answers ? `/tasks/${analysis}/${task}/models/${session}` : `/tasks/${analysis}/${task}/result?session=${session}`;
}
