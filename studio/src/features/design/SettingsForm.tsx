import { Fieldset, SimpleGrid, Text } from "@mantine/core";
import { type JsonSchema, kindOf, labelOf, resolved, sentenceOf } from "@/shared/form/schema";
import { SettingField } from "@/shared/form/SettingField";
import type { DesignDraft, Path } from "./draft";

type Props = {
  draft: DesignDraft;
  root: JsonSchema;
  path: Path;
  title?: string;
  only?: string[];
  except?: string[];
  choices?: Record<string, string[]>;
};

/** What is wrong with a setting, as it is said next to it. */
export function problemAt(draft: DesignDraft, path: Path): string | undefined {
  const key = path.map((part) => (/^[\w-]+$/.test(part) ? part : JSON.stringify(part))).join(".");
  const found = draft.problems.filter((problem) => problem.key === key);
  if (!found.length) return undefined;
  return found.map((one) => (one.fix ? `${one.message}. ${one.fix}` : one.message)).join("; ");
}

/** A form for a section of task.toml, made from its schema. */
export function SettingsForm(props: Props) {
  const { draft, root, path } = props;
  const parent = path.reduce<JsonSchema>(
    (schema, key) => resolved(sectionOf(schema, key, root), root),
    root,
  );
  const section = parent.anyOf
    ? resolved(parent.anyOf.find((one) => one.type !== "null") ?? {}, root)
    : parent;
  const names = Object.keys(section.properties ?? {}).filter(
    (name) => (!props.only || props.only.includes(name)) && !props.except?.includes(name),
  );
  const plain = names.filter((name) => kindAt(section, name, root) !== "section");
  const inner = names.filter((name) => kindAt(section, name, root) === "section");
  return (
    <Fieldset legend={props.title ?? labelOf(path[path.length - 1] ?? "")} mb="md">
      {path.length > 0 && section.description && (
        <Text size="sm" c="dimmed" mb="sm">
          {sentenceOf(section.description)}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        {plain.map((name) => (
          <SettingField
            key={name}
            name={name}
            schema={{ ...resolved(section.properties![name]!, root), ...section.properties![name] }}
            root={root}
            value={draft.value([...path, name])}
            onChange={(value) => draft.set([...path, name], value)}
            error={problemAt(draft, [...path, name])}
            choices={props.choices?.[name] ?? columnChoices(name, draft)}
          />
        ))}
      </SimpleGrid>
      {inner.map((name) => (
        <SettingsForm key={name} {...props} path={[...path, name]} title={undefined} only={undefined} except={undefined} />
      ))}
    </Fieldset>
  );
}

function sectionOf(schema: JsonSchema, key: string, root: JsonSchema): JsonSchema {
  const found = schema.properties?.[key];
  if (found) return found;
  const option = schema.anyOf?.map((one) => resolved(one, root)).find((one) => one.properties?.[key]);
  return option?.properties?.[key] ?? {};
}

const kindAt = (section: JsonSchema, name: string, root: JsonSchema) =>
  kindOf(section.properties![name]!, root).kind;

function columnChoices(name: string, draft: DesignDraft): string[] | undefined {
  if (!/^(column|columns|.*_column|sample_weight)$/.test(name)) return undefined;
  return draft.columns.map((column) => column.name);
}
