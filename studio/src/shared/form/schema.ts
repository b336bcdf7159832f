/** The parts of JSON Schema that pydantic writes. */
export type JsonSchema = {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
};

export type Kind =
  | { kind: "switch" }
  | { kind: "number"; whole: boolean; min?: number; max?: number }
  | { kind: "choice"; choices: string[] }
  | { kind: "text" }
  | { kind: "list"; choices: string[] }
  | { kind: "section"; schema: JsonSchema }
  | { kind: "other" };

/** A schema with its reference followed, its own description kept. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference === undefined) return schema;
  const name = reference.split("/").pop() ?? "";
  const target = root.$defs?.[name] ?? {};
  const { $ref: _, allOf: __, ...own } = schema;
  return { ...resolved(target, root), ...own };
}

/** Which control edits a setting. */
export function kindOf(given: JsonSchema, root: JsonSchema): Kind {
  const schema = resolved(given, root);
  const options = (schema.anyOf ?? []).filter((one) => one.type !== "null");
  if (options.length === 1) return kindOf({ ...options[0] }, root);
  if (options.length > 1) {
    const choices = options.flatMap((one) => {
      const found = kindOf(one, root);
      return found.kind === "choice" ? found.choices : [];
    });
    return choices.length ? { kind: "choice", choices } : { kind: "text" };
  }
  if (schema.enum) return { kind: "choice", choices: schema.enum.map(String) };
  if (schema.const !== undefined) return { kind: "choice", choices: [String(schema.const)] };
  switch (schema.type) {
    case "boolean":
      return { kind: "switch" };
    case "integer":
    case "number":
      return {
        kind: "number",
        whole: schema.type === "integer",
        min: schema.minimum ?? schema.exclusiveMinimum,
        max: schema.maximum ?? schema.exclusiveMaximum,
      };
    case "string":
      return { kind: "text" };
    case "array": {
      const item = schema.items ? kindOf(schema.items, root) : undefined;
      if (item?.kind === "choice") return { kind: "list", choices: item.choices };
      return item?.kind === "text" ? { kind: "list", choices: [] } : { kind: "other" };
    }
    case "object":
      return schema.properties ? { kind: "section", schema } : { kind: "other" };
    default:
      return { kind: "other" };
  }
}

/** `batch_size` as people write it. */
export function labelOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a setting means, as a sentence begins; the marks of code in it left out. */
export function sentenceOf(description: string | undefined): string | undefined {
  if (!description) return undefined;
  const text = description.replaceAll("`", "");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
