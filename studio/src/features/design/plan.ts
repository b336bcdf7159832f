import type { Schemas } from "@/shared/api/client";
import { count, moment } from "@/shared/format/numbers";

export type Plan = Schemas["TrainingPlan"];

/** What will be trained: how many models and features, and whether for each value of a column. */
export function whatIsTrained(plan: Plan, column: string | null = null): string {
  const models = plan.models === 1 ? "1 model" : `${count(plan.models)} models`;
  const features = `${count(plan.features)} ${plan.features === 1 ? "feature" : "features"}`;
  const each = column === null ? "" : `, for each value of ${column} and, with the rows below, for all`;
  return `${models} on ${features}${each}`;
}

/** The rows of each set; "about" where they are not counted yet. */
export function whichRows(plan: Plan): string {
  const about = plan.sets.length > 0 ? "" : "about ";
  const parts = [
    [plan.train_rows, "to train on"],
    [plan.validation_rows, "to choose the epoch on"],
    [plan.test_rows, "to measure on"],
  ] as const;
  const known = parts.filter(([rows]) => rows != null);
  if (!known.length) {
    return plan.table_rows == null
      ? "The table is still being read, so its rows are not counted yet"
      : `Rows chosen from the ${count(plan.table_rows)} of the table; how many, is known once they are read`;
  }
  return `${about}${known.map(([rows, purpose]) => `${count(rows)} rows ${purpose}`).join(", ")}`.replace(/^./, (first) => first.toUpperCase());
}

/** Which preprocessed sets will be used again, and which are made. */
export function whichSets(plan: Plan): string {
  if (!plan.keeps_sets) return "Rows are preprocessed in every epoch: the design does not keep them";
  if (!plan.sets.length) return "No sets of an earlier training are known to suit; rows are preprocessed anew";
  const kept = plan.sets.filter((one) => one.computed != null);
  if (!kept.length) return "The sets of an earlier training are kept no more; rows are preprocessed anew";
  const latest = kept.map((one) => one.computed!).sort().at(-1)!;
  const names = [...new Set(kept.map((one) => one.name))];
  const list = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0];
  const when = moment(latest);
  if (kept.length === plan.sets.length) return `Re-using ${list} sets computed on ${when}`;
  return `Re-using ${kept.length} of ${plan.sets.length} sets computed on ${when}; the others are preprocessed anew`;
}
