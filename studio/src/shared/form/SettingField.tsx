import { NumberInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { type JsonSchema, kindOf, labelOf, sentenceOf } from "./schema";

export type FieldProps = {
  name: string;
  schema: JsonSchema;
  root: JsonSchema;
  value: unknown;
  onChange: (value: never) => void;
  error?: string;
  choices?: string[];
  label?: string;
};

/** The control for one setting: its meaning below its name, what is wrong below that. */
export function SettingField(props: FieldProps) {
  const { schema, root, error } = props;
  const change = props.onChange as (value: unknown) => void;
  const kind = kindOf(schema, root);
  const value = props.value === undefined ? schema.default : props.value;
  const common = {
    label: props.label ?? labelOf(props.name),
    description: sentenceOf(schema.description),
    error,
  };
  if (props.choices && kind.kind !== "list") {
    const choices = [...new Set([...props.choices, ...(value ? [String(value)] : [])])];
    return (
      <Select
        {...common}
        data={choices}
        value={value == null ? null : String(value)}
        placeholder={schema.default == null ? "Default" : String(schema.default)}
        searchable={choices.length > 8}
        clearable
        onChange={(chosen) => change(chosen)}
      />
    );
  }
  switch (kind.kind) {
    case "switch":
      return (
        <Switch
          {...common}
          checked={value === true}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          value={typeof value === "number" ? value : ""}
          placeholder="Default"
          allowDecimal={!kind.whole}
          min={kind.min}
          max={kind.max}
          clampBehavior="none"
          step={kind.whole ? 1 : 0.1}
          onChange={(typed) => change(typed === "" ? null : Number(typed))}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          data={kind.choices}
          value={value == null ? null : String(value)}
          placeholder="Default"
          clearable={schema.default == null}
          allowDeselect={false}
          onChange={(chosen) => change(chosen)}
        />
      );
    case "list":
      return (
        <TagsInput
          {...common}
          data={props.choices ?? kind.choices}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(chosen) => change(chosen.length ? chosen : null)}
        />
      );
    case "text":
      return (
        <TextInput
          {...common}
          value={value == null ? "" : String(value)}
          placeholder="Default"
          onChange={(event) => change(event.currentTarget.value || null)}
        />
      );
    default:
      return null;
  }
}
