import { Autocomplete, Group, NumberInput, Select, Slider, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { ImageInput } from "./ImageInput";
import type { Field } from "./queries";
import { type Value, vectorOf } from "./rows";

type Props = { field: Field; label: string; value: Value; onChange: (value: Value) => void };

/** What a value of a column is changed with. */
export function FieldInput(props: Props) {
  switch (props.field.type) {
    case "numerical":
      return <NumberField {...props} />;
    case "categorical":
      return <CategoryField {...props} />;
    case "date":
      return <DateField {...props} />;
    case "vector":
      return <VectorField {...props} />;
    case "image":
      return <ImageInput label={props.label} value={asText(props.value)} onChange={props.onChange} />;
    case "text":
      return <TextField {...props} />;
    default:
      return props.field.type satisfies never;
  }
}

const asText = (value: Value): string => (value === null ? "" : String(value));

function NumberField({ field, label, value, onChange }: Props) {
  const { minimum, maximum } = field;
  const step = field.step ?? 1;
  const number = typeof value === "number" ? value : null;
  const hasRange = typeof minimum === "number" && typeof maximum === "number" && minimum < maximum;
  return (
    <Group gap="xs" wrap="nowrap">
      {hasRange && (
        <Slider
          style={{ flex: 1 }}
          size="sm"
          thumbLabel={`${label}, from ${minimum} to ${maximum}`}
          min={minimum}
          max={maximum}
          step={step}
          label={null}
          value={Math.min(maximum, Math.max(minimum, number ?? minimum))}
          onChange={onChange}
        />
      )}
      <NumberInput
        size="xs"
        w={hasRange ? 92 : "100%"}
        hideControls
        step={step}
        aria-label={label}
        placeholder="missing"
        value={number ?? ""}
        onChange={(next) => onChange(next === "" || !Number.isFinite(Number(next)) ? null : Number(next))}
      />
    </Group>
  );
}

function CategoryField({ field, label, value, onChange }: Props) {
  const known = field.categories?.map((one) => one.value) ?? [];
  if (known.length === 0 || field.has_more_categories) {
    return (
      <Autocomplete
        size="xs"
        aria-label={label}
        placeholder="missing"
        data={known}
        limit={50}
        value={asText(value)}
        onChange={(next) => onChange(next === "" ? null : next)}
      />
    );
  }
  return (
    <Select
      size="xs"
      aria-label={label}
      placeholder="missing"
      searchable
      clearable
      clearButtonProps={{ "aria-label": `No value of ${label}` }}
      data={known}
      value={value === null ? null : asText(value)}
      onChange={onChange}
    />
  );
}

function DateField({ field, label, value, onChange }: Props) {
  return (
    <TextInput
      size="xs"
      type={field.has_time ? "datetime-local" : "date"}
      step={field.has_time ? 1 : undefined}
      aria-label={label}
      value={asText(value)}
      onChange={(event) => onChange(event.currentTarget.value || null)}
    />
  );
}

function TextField({ label, value, onChange }: Props) {
  return (
    <Textarea
      size="xs"
      autosize
      minRows={2}
      maxRows={8}
      aria-label={label}
      placeholder="a text"
      value={asText(value)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function VectorField({ label, value, onChange }: Props) {
  const [text, setText] = useState(() => (typeof value === "string" ? value : JSON.stringify(value)));
  return (
    <TextInput
      size="xs"
      aria-label={label}
      error={typeof value === "string" && "Write a list such as [0.5, 2]."}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(vectorOf(event.currentTarget.value));
      }}
    />
  );
}
