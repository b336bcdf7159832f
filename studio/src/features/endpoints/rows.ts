import type { Field } from "./queries";

export type Value = string | number | number[] | null;
export type Values = Record<string, Value>;
/** A row of the form; its number stays when others come and go. */
export type Row = { id: number; values: Values };

export const typicalValues = (fields: Field[]): Values =>
  Object.fromEntries(fields.map((one) => [one.column, one.value]));

const newId = (rows: Row[]): number => Math.max(0, ...rows.map((one) => one.id)) + 1;

export function withValue(rows: Row[], id: number, column: string, value: Value): Row[] {
  return rows.map((one) =>
    one.id === id ? { id, values: { ...one.values, [column]: value } } : one,
  );
}

/** The same rows with a copy right beside one of them. */
export function withCopy(rows: Row[], id: number): Row[] {
  const copy = (one: Row) => ({ id: newId(rows), values: { ...one.values } });
  return rows.flatMap((one) => (one.id === id ? [one, copy(one)] : [one]));
}

/** The same rows, one of them filled anew, under a number of its own. */
export function withAnew(rows: Row[], id: number, values: Values): Row[] {
  return rows.map((one) => (one.id === id ? { id: newId(rows), values } : one));
}

/** Whether a value differs from that of the first row. */
export function differs(rows: Row[], row: Row, column: string): boolean {
  const first = rows[0]?.values[column];
  return JSON.stringify(first) !== JSON.stringify(row.values[column]);
}

/** A vector as typed: its numbers, or the text where it is none yet. */
export function vectorOf(text: string): Value {
  if (text.trim() === "") return null;
  try {
    const found: unknown = JSON.parse(text);
    if (Array.isArray(found) && found.every((one) => typeof one === "number")) return found;
  } catch {
    // What is half typed is no JSON.
  }
  return text;
}

export type Outcome = {
  output: string;
  prediction: string | number | null;
  probabilities: [string, number][];
  bounds: [number, number] | null;
  reason: string | null;
};

type Answered = Record<string, unknown>;

/** What was predicted for a row, by output; of the only one the name is empty. */
export function outcomesOf(answered: Answered): Outcome[] {
  const isOnly = "prediction" in answered && typeof answered.prediction !== "object";
  if (isOnly || answered.ignored) return [outcome("", answered)];
  return Object.entries(answered).map(([name, one]) => outcome(name, one as Answered));
}

function outcome(output: string, answered: Answered): Outcome {
  const probabilities = Object.entries((answered.probabilities ?? {}) as Record<string, number>);
  const { lower, upper } = answered;
  return {
    output,
    prediction: (answered.prediction ?? null) as string | number | null,
    probabilities,
    bounds: typeof lower === "number" && typeof upper === "number" ? [lower, upper] : null,
    reason: answered.ignored ? String(answered.reason ?? "The model leaves this row out.") : null,
  };
}
