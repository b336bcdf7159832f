import { Badge, Button, Checkbox, Group, Paper, Select, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Schemas } from "@/shared/api/client";
import type { TaskIds } from "@/shared/api/queries";
import { TaskDistributionChart } from "@/shared/charts/DistributionChart";
import { LazyEditor } from "@/shared/editor/LazyEditor";
import { type JsonSchema, labelOf, resolved } from "@/shared/form/schema";
import { SettingField } from "@/shared/form/SettingField";
import { count } from "@/shared/format/numbers";
import { VirtualTable } from "@/shared/table/VirtualTable";
import type { SectionProps } from "./DesignPage";
import type { DesignDraft, Value } from "./draft";
import { Preview } from "./Preview";
import { useDesignSchema } from "./FormSections";
import { problemAt, SettingsForm } from "./SettingsForm";

type Entry = { [key: string]: Value };
type Change = { path: string[]; value: Value };
type Column = Schemas["ColumnInfo"];
type Handling = Schemas["HandlingInfo"];

const TYPES = ["numerical", "categorical", "text", "date", "vector", "image"];
const TYPE_OF_MEANING: Record<string, string> = {
  numeric: "numerical", category: "categorical", boolean: "categorical", text: "text",
  date: "date", vector: "vector", "image path": "image", identifier: "categorical",
};

const entryOf = (draft: DesignDraft, column: string) =>
  (draft.value(["features", column]) ?? { role: "reject" }) as Entry;
const isUsed = (entry: Entry) => entry.role !== "reject";
const codeFile = (column: string) => `features/${column.replace(/[^\p{L}\p{N}_. -]/gu, "_")}.py`;

export function FeaturesSection({ draft, task }: SectionProps) {
  const { schema, all } = useDesignSchema();
  const [search, setSearch] = useState("");
  const [filter, setFilter] = useState<string | null>(null);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<string | null>(null);
  const targets = [draft.value(["target", "column"]), ...(((draft.value(["target", "columns"]) as string[]) ?? []))];
  const handlings = all?.handlings ?? [];
  const columns = useMemo(
    () =>
      draft.columns.filter((column) => {
        const entry = entryOf(draft, column.name);
        const kind = isUsed(entry) ? String(entry.type) : "reject";
        return (
          column.name.toLowerCase().includes(search.toLowerCase()) && (filter === null || kind === filter)
        );
      }),
    // The draft is one object; its version tells whether it has changed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [draft, draft.version, search, filter],
  );
  if (schema === undefined) return null;
  const current = draft.columns.find((one) => one.name === chosen);
  const shown = new Set(columns.map((one) => one.name));
  const changeable = draft.columns.filter((one) => marked.has(one.name) && !targets.includes(one.name));
  const toggle = (name: string) => {
    const next = new Set(marked);
    if (!next.delete(name)) next.add(name);
    setMarked(next);
  };
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        Features handling
      </Title>
      <Group align="flex-end">
        <TextInput label="Search columns" value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
        <Select label="Show" placeholder="All" clearable data={[...TYPES, "reject"]} value={filter} onChange={setFilter} />
        <Text size="sm" c="dimmed" pb={6} role="status">
          {count(columns.length)} of {count(draft.columns.length)} columns
        </Text>
      </Group>
      <MassActions
        draft={draft}
        marked={changeable}
        hidden={changeable.filter((one) => !shown.has(one.name)).length}
        handlings={handlings}
        onClear={() => setMarked(new Set())}
      />
      <Group align="flex-start" gap="md">
        <div style={{ flex: "3 1 440px", minWidth: 0 }}>
          <VirtualTable
            label="Columns"
            total={columns.length}
            height={440}
            selected={columns.findIndex((one) => one.name === chosen)}
            columns={[
              {
                key: "mark",
                width: 44,
                header: (
                  <Checkbox
                    aria-label="Mark all shown columns"
                    checked={columns.length > 0 && columns.every((one) => marked.has(one.name))}
                    indeterminate={!columns.every((one) => marked.has(one.name)) && columns.some((one) => marked.has(one.name))}
                    onChange={(event) => {
                      const next = new Set(marked);
                      for (const one of columns) {
                        if (event.currentTarget.checked) next.add(one.name);
                        else next.delete(one.name);
                      }
                      setMarked(next);
                    }}
                  />
                ),
              },
              { key: "column", header: "Column", width: 190 },
              { key: "role", header: "Use", width: 92 },
              { key: "type", header: "Type", width: 100 },
              { key: "handling", header: "Handling", width: 110 },
              { key: "missing", header: "Missing", width: 80 },
              { key: "input", header: "Input", width: 120 },
            ]}
            row={(index) => {
              const column = columns[index]!;
              const entry = entryOf(draft, column.name);
              const isTarget = targets.includes(column.name);
              return [
                <Checkbox
                  key="mark"
                  aria-label={`Mark ${column.name}`}
                  checked={marked.has(column.name)}
                  onChange={() => toggle(column.name)}
                />,
                <Button key="name" variant="subtle" size="compact-sm" onClick={() => setChosen(column.name)}>
                  {column.name}
                </Button>,
                isTarget ? (
                  <Badge key="role">Target</Badge>
                ) : (
                  <Switch
                    key="role"
                    size="sm"
                    aria-label={`Use ${column.name}`}
                    checked={isUsed(entry)}
                    onChange={(event) => use(draft, column, event.currentTarget.checked)}
                  />
                ),
                isUsed(entry) && !isTarget ? String(entry.type ?? "") : "",
                isUsed(entry) && !isTarget ? String(entry.handling ?? defaultOf(handlings, entry)) : "",
                `${((100 * column.missing) / Math.max(1, draft.rows ?? 1)).toFixed(1)} %`,
                isUsed(entry) && !isTarget ? inputOf(column.name, entry, handlings) : "",
              ];
            }}
          />
          <Stack gap="sm" mt="md">
            <SettingsForm draft={draft} root={schema} path={["generation"]} title="Feature generation" />
            <SettingsForm draft={draft} root={schema} path={["reduction"]} title="Feature reduction" />
          </Stack>
        </div>
        {current && !targets.includes(current.name) && (
          <ColumnPanel key={current.name} draft={draft} column={current} handlings={handlings} task={task} />
        )}
      </Group>
    </Stack>
  );
}

const use = (draft: DesignDraft, column: Column, used: boolean) => draft.setMany([usedChange(draft, column, used)]);

function usedChange(draft: DesignDraft, column: Column, used: boolean): Change {
  const path = ["features", column.name];
  if (!used) return { path: [...path, "role"], value: "reject" };
  if (entryOf(draft, column.name).type !== undefined) return { path: [...path, "role"], value: "input" };
  return { path, value: { role: "input", type: TYPE_OF_MEANING[column.meaning] ?? "categorical" } };
}

function defaultOf(handlings: Handling[], entry: Entry): string {
  return handlings.find((one) => one.feature_type === entry.type && one.is_default)?.name ?? "";
}

function inputOf(column: string, entry: Entry, handlings: Handling[]): string {
  const name = String(entry.handling ?? defaultOf(handlings, entry));
  const own = handlings.find((one) => one.feature_type === entry.type && one.name === name)?.has_own_input;
  return String(entry.input ?? (own ? `${column}_preprocessed` : "main"));
}

function MassActions({ draft, marked, hidden, handlings, onClear }: {
  draft: DesignDraft;
  marked: Column[];
  hidden: number;
  handlings: Handling[];
  onClear: () => void;
}) {
  const [input, setInput] = useState("");
  if (!marked.length) return <Text size="sm" c="dimmed">Mark columns to change many at once.</Text>;
  const many = (change: (column: Column) => Change) => draft.setMany(marked.map(change));
  const kinds = new Set(marked.map((one) => String(entryOf(draft, one.name).type)));
  const common = kinds.size === 1 ? handlings.filter((one) => kinds.has(one.feature_type)) : [];
  return (
    <Group gap="xs" align="center" role="group" aria-label="Change the marked columns">
      <Text size="sm" fw={600}>
        {count(marked.length)} marked{hidden > 0 && ` (${count(hidden)} not shown)`}
      </Text>
      <Button size="xs" variant="default" onClick={() => many((one) => usedChange(draft, one, true))}>
        Use
      </Button>
      <Button size="xs" variant="default" onClick={() => many((one) => usedChange(draft, one, false))}>
        Reject
      </Button>
      <Select
        size="xs"
        aria-label="Type of the marked columns"
        placeholder="Type"
        w={120}
        data={TYPES}
        value={null}
        onChange={(type) => type && many((one) => ({ path: ["features", one.name], value: { type } }))}
      />
      <Select
        size="xs"
        aria-label="Handling of the marked columns"
        placeholder="Handling"
        title={common.length ? undefined : "Mark columns of one type to choose their handling"}
        disabled={common.length === 0}
        w={130}
        data={common.map((one) => one.name)}
        value={null}
        onChange={(value) => value && many((one) => ({ path: ["features", one.name, "handling"], value }))}
      />
      <TextInput size="xs" aria-label="Input of the marked columns" placeholder="Input" w={110} value={input} onChange={(event) => setInput(event.currentTarget.value)} />
      <Button size="xs" variant="default" disabled={!input} onClick={() => many((one) => ({ path: ["features", one.name, "input"], value: input }))}>
        Set input
      </Button>
      <Button size="xs" variant="subtle" onClick={onClear}>
        Clear marks
      </Button>
    </Group>
  );
}

function ColumnPanel({ draft, column, handlings, task }: {
  draft: DesignDraft;
  column: Column;
  handlings: Handling[];
  task: TaskIds;
}) {
  const entry = entryOf(draft, column.name);
  const path = ["features", column.name];
  const possible = handlings.filter((one) => one.feature_type === entry.type);
  const name = String(entry.handling ?? defaultOf(handlings, entry));
  const handling = possible.find((one) => one.name === name);
  const options = (handling?.options ?? {}) as JsonSchema;
  const file = String(entry.file || codeFile(column.name));
  const isCustom = name === "custom" || draft.hasFile(file);
  return (
    <Paper withBorder p="md" style={{ flex: "2 1 320px", minWidth: 0 }} component="section" aria-label={`Column ${column.name}`}>
      <Stack gap="sm">
        <Title order={3} size="h5">{column.name}</Title>
        <Text size="sm">
          {column.storage}, {column.meaning}; {count(column.distinct)} distinct values, {count(column.missing)} missing
        </Text>
        <TaskDistributionChart task={task} column={column.name} />
        <Switch label="Use as a feature" checked={isUsed(entry)} onChange={(event) => use(draft, column, event.currentTarget.checked)} />
        {isUsed(entry) && (
          <>
            <Select label="Type" data={TYPES} allowDeselect={false} value={String(entry.type ?? "")} error={problemAt(draft, [...path, "type"])} onChange={(value) => value && draft.set(path, { type: value })} />
            <Select
              label="Handling"
              description={handling?.description}
              data={possible.map((one) => one.name)}
              allowDeselect={false}
              value={name}
              error={problemAt(draft, [...path, "handling"]) ?? problemAt(draft, path)}
              onChange={(value) => value && draft.set([...path, "handling"], value)}
            />
            {Object.entries(options.properties ?? {}).map(([option, schema]) => (
              <SettingField
                key={option}
                name={option}
                label={labelOf(option)}
                schema={{ ...resolved(schema, options), ...schema }}
                root={options}
                value={entry[option]}
                error={problemAt(draft, [...path, option])}
                onChange={(value) => draft.set([...path, option], value)}
              />
            ))}
            {!handling?.has_own_input && (
              <TextInput
                label="Input"
                description="The network's input that it goes to"
                placeholder="main"
                value={String(entry.input ?? "")}
                onChange={(event) => draft.set([...path, "input"], event.currentTarget.value || null)}
              />
            )}
            <Preview draft={draft} column={column.name} task={task} />
            {isCustom && (
              <>
                <Text size="sm" fw={600}>{file}</Text>
                <LazyEditor
                  label={`Code of ${column.name}`}
                  height="16rem"
                  value={draft.file(file)}
                  onChange={(text) => draft.setFile(file, text)}
                  problems={draft.problems.filter((one) => one.file === file)}
                />
              </>
            )}
          </>
        )}
      </Stack>
    </Paper>
  );
}
