import { measured } from "@/shared/format/numbers";

export type Value = string | number | boolean | null | undefined | unknown[];
export type Row = { key: string; values: Value[] };

/** The keys of all models in the order in which they first come, with the value of each model. */
export function rowsOf(models: (Record<string, Value> | undefined)[]): Row[] {
  const keys = [...new Set(models.flatMap((one) => Object.keys(one ?? {})))];
  return keys.map((key) => ({ key, values: models.map((one) => one?.[key]) }));
}

export function differs(row: Row): boolean {
  return new Set(row.values.map((value) => JSON.stringify(value))).size > 1;
}

/** Those rows whose key has every word, and, if asked, whose values are not all the same. */
export function chosenRows(rows: Row[], typed: string, onlyDifferences: boolean): Row[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(
    (row) =>
      words.every((word) => row.key.toLowerCase().includes(word)) &&
      (!onlyDifferences || row.values.length < 2 || differs(row)),
  );
}

/** A value as it is shown. */
export function said(value: Value): string {
  if (value == null) return "–";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : measured(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A value as it is copied: whole, not rounded. */
export function copied(value: Value): string {
  return typeof value === "string" ? value : value == null ? "" : JSON.stringify(value);
}

/** How much a number is above or below that of the baseline; undefined where there is no telling. */
export function deltaOf(value: Value, baseline: Value): string | undefined {
  if (typeof value !== "number" || typeof baseline !== "number") return undefined;
  const delta = value - baseline;
  if (delta === 0) return "±0";
  return `${delta > 0 ? "+" : "−"}${measured(Math.abs(delta))}`;
}

/** The models that are shown: those asked for, else the first ten. */
export function shownModels<T extends { session_id: string }>(models: T[], asked: string | null): T[] {
  if (asked === null) return models.slice(0, FIRST);
  const ids = asked.split(",");
  return models.filter((one) => ids.includes(one.session_id));
}

export const FIRST = 10;
