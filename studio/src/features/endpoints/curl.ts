import type { Values } from "./rows";

export const KEY_PLACEHOLDER = "YOUR_API_KEY";

/** The longest that a shell surely passes on as one argument. */
const LONGEST_ARGUMENT = 100_000;
const LONGEST_SHOWN = 120;

/** A text as one word of a shell, whatever is in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** What asks for the prediction of a row, to be pasted into a terminal. */
export function curlLine(address: string, model: string, values: Values): string {
  const body = JSON.stringify({ rows: [values] });
  const head = [
    `curl ${quoted(`${address}/v1/models/${encodeURIComponent(model)}/predict`)}`,
    `  -u ${quoted(`${KEY_PLACEHOLDER}:`)}`,
    "  -H 'Content-Type: application/json'",
  ];
  if (body.length <= LONGEST_ARGUMENT) return [...head, `  -d ${quoted(body)}`].join(" \\\n");
  // JSON breaks no line, so that the last one is the end for sure.
  return `${[...head, "  --data-binary @- <<'JSON'"].join(" \\\n")}\n${body}\nJSON`;
}

/** The values with long texts, such as images, cut for the eye. */
export function shortened(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) =>
      typeof value === "string" && value.length > LONGEST_SHOWN
        ? [column, `${value.slice(0, LONGEST_SHOWN)}…`]
        : [column, value],
    ),
  );
}
