import { describe, expect, test } from "vitest";
import { curlLine, quoted, shortened } from "./curl";
import type { Field } from "./queries";
import { differs, outcomesOf, type Row, typicalValues, vectorOf, withAnew, withCopy, withValue } from "./rows";
import { percentsOf, sharesOf, told, totalOf } from "./shares";

// The pages' types know the browser only.
const processes: string = "node:child_process";
const { execFileSync } = await import(/* @vite-ignore */ processes);

/** What a shell says that runs a script. */
const said = (script: string): string =>
  execFileSync("sh", ["-s"], { input: script, encoding: "utf-8", maxBuffer: 1e7 });

/** What a shell makes of the words. */
const words = (line: string): string[] => said(`printf '%s\\0' ${line}`).split("\0").slice(0, -1);

describe("the curl line", () => {
  test("is one word for a shell, whatever is in it", () => {
    for (const text of ["plain", "it's", "''", "$HOME `id` \\ \"", "a\nb", "é…", ""]) {
      expect(words(quoted(text))).toEqual([text]);
    }
  });

  test("sends exactly the row", () => {
    const values = { city: "L'Aquila $(id)", age: 39, note: null, vector: [0.5, -1] };
    const line = curlLine("http://127.0.0.1:8770", "who buys?", values);
    const [command, url, ...rest] = words(line);
    expect([command, url]).toEqual(["curl", "http://127.0.0.1:8770/v1/models/who%20buys%3F/predict"]);
    expect(rest.slice(0, 4)).toEqual(["-u", "YOUR_API_KEY:", "-H", "Content-Type: application/json"]);
    expect(JSON.parse(rest.at(-1)!)).toEqual({ rows: [values] });
  });

  test("sends what is too long for an argument by its input", () => {
    const values = { photo: "A".repeat(200_000), text: "JSON\nit's" };
    const line = curlLine("http://127.0.0.1:1", "m", values);
    expect(JSON.parse(said(`curl() { cat; }\n${line}`))).toEqual({ rows: [values] });
    expect(String(shortened(values).photo)).toHaveLength(121);
    expect(shortened(values).text).toBe(values.text);
  });
});

describe("rows", () => {
  const fields = [
    { column: "age", type: "numerical", value: 37 },
    { column: "city", type: "categorical", value: "Rome" },
  ] as Field[];
  const first: Row[] = [{ id: 1, values: typicalValues(fields) }];

  test("begin with the typical one, and are copied beside it", () => {
    const changed = withValue(withCopy(first, 1), 2, "age", 50);
    expect(changed).toEqual([
      { id: 1, values: { age: 37, city: "Rome" } },
      { id: 2, values: { age: 50, city: "Rome" } },
    ]);
    expect(differs(changed, changed[1]!, "age")).toBe(true);
    expect(differs(changed, changed[1]!, "city")).toBe(false);
    const between = withCopy(changed, 1);
    expect(between.map((one) => one.id)).toEqual([1, 3, 2]);
    expect(withAnew(changed, 1, { age: 1 })[0]).toEqual({ id: 3, values: { age: 1 } });
  });

  test("hold vectors as numbers once they are whole", () => {
    expect(vectorOf("[1, 2.5]")).toEqual([1, 2.5]);
    expect(vectorOf("[1, 2")).toBe("[1, 2");
    expect(vectorOf('["a"]')).toBe('["a"]');
    expect(vectorOf(" ")).toBeNull();
  });
});

describe("what was predicted", () => {
  test("of one output", () => {
    const [one] = outcomesOf({ prediction: "yes", probabilities: { no: 0.2, yes: 0.8 } });
    expect(one).toMatchObject({ output: "", prediction: "yes", bounds: null, reason: null });
    expect(one!.probabilities).toEqual([["no", 0.2], ["yes", 0.8]]);
    expect(outcomesOf({ prediction: 5.5, lower: 4, upper: 7 })[0]!.bounds).toEqual([4, 7]);
  });

  test("of several outputs, even of one called prediction", () => {
    const found = outcomesOf({ prediction: { prediction: 1 }, other: { prediction: "b" } });
    expect(found.map((one) => [one.output, one.prediction])).toEqual([["prediction", 1], ["other", "b"]]);
  });

  test("of a row that is left out", () => {
    const [one] = outcomesOf({ prediction: null, ignored: true, reason: "No usable value of 'n'." });
    expect(one!.reason).toBe("No usable value of 'n'.");
  });
});

test("shares are percents that add up", () => {
  const model = {
    saved_model_id: "a", name: "m", active_version: "v2", versions: ["v1", "v2", "v3"],
    shares: { v1: 0.1, v2: 0.9 }, has_shares: true,
  };
  const percents = percentsOf(model);
  expect(percents).toEqual({ v1: 10, v2: 90, v3: 0 });
  expect(totalOf({ a: 33.33, b: 66.67 })).toBe(100);
  expect(sharesOf(percents)).toEqual({ v1: 0.1, v2: 0.9 });
  expect(told({ v1: 0.1, v2: 0.9 })).toBe("v1 10 %, v2 90 %");
  expect(told({ v2: 1 })).toBe("v2");
});
