import type { Schemas } from "@/shared/api/client";
import { count } from "@/shared/format/numbers";

type ModelColumn = Schemas["ModelColumn"];

/** How missing values of a feature were handled, in words. */
export function missingOf(one: ModelColumn): string {
  const options = (one.missing ?? {}) as Record<string, unknown>;
  const policy = options.missing;
  if (policy === undefined) return "";
  if (policy !== "impute" || options.impute_with === undefined) return String(policy).replaceAll("_", " ");
  if (options.impute_with === "constant") return `impute ${JSON.stringify(options.impute_value)}`;
  return `impute the ${String(options.impute_with).replaceAll("_", " ")}`;
}

/** The options of a handling that are not its defaults. */
export function optionsOf(one: ModelColumn): string {
  return Object.entries(one.options ?? {})
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

/** The columns of numbers that a feature became: the first by name, the others counted. */
export function madeOf(one: ModelColumn, shown = 4): string {
  const made = one.made ?? [];
  if (one.role !== "input") return "";
  if (!one.n_made) return "one array a row";
  const names = made.slice(0, shown).join(", ");
  return one.n_made > shown ? `${count(one.n_made)}: ${names}, …` : names;
}
