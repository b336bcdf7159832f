import { Badge, Group, Select, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas, unwrap } from "@/shared/api/client";
import { queries, type SessionIds, sessionKey } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { count } from "@/shared/format/numbers";
import { usePages } from "@/shared/table/usePages";
import { VirtualTable } from "@/shared/table/VirtualTable";
import { madeOf, missingOf, optionsOf } from "./features";

type ModelColumn = Schemas["ModelColumn"];

const ROLES: Record<string, string> = { input: "Feature", target: "Target", weight: "Weight", reject: "Not used" };

/** What each column of the table was to the model, and the columns of numbers it became. */
export function ModelFeatures({ ids }: { ids: SessionIds }) {
  const found = useQuery(queries.modelColumns(ids));
  if (found.isError) return <Failure error={found.error} />;
  if (found.data === undefined) return null;
  return (
    <Stack gap="lg">
      <Columns columns={found.data.columns} />
      <Inputs ids={ids} inputs={found.data.inputs} />
    </Stack>
  );
}

function Columns({ columns }: { columns: ModelColumn[] }) {
  const [search, setSearch] = useState("");
  const [onlyUsed, setOnlyUsed] = useState(false);
  const shown = columns.filter(
    (one) => one.column.toLowerCase().includes(search.toLowerCase()) && (!onlyUsed || one.role === "input"),
  );
  const features = columns.filter((one) => one.role === "input");
  const made = features.reduce((total, one) => total + one.n_made, 0);
  return (
    <section aria-label="Features">
      <Title order={2} size="h4">
        Features
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {count(features.length)} of {count(columns.length)} columns feed the network
        {made > 0 && ` and became ${count(made)} columns of numbers`}
      </Text>
      <Group align="flex-end" mb="sm">
        <TextInput label="Search columns" value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
        <Switch label="Features only" checked={onlyUsed} onChange={(event) => setOnlyUsed(event.currentTarget.checked)} pb={6} />
      </Group>
      <VirtualTable
        label="Columns of the table"
        total={shown.length}
        height={Math.min(460, 54 + 32 * Math.max(1, shown.length))}
        columns={[
          { key: "column", header: "Column", width: 150 },
          { key: "role", header: "Role", width: 92 },
          { key: "type", header: "Type", width: 100 },
          { key: "handling", header: "Handling", width: 110 },
          { key: "missing", header: "Missing values", width: 130 },
          { key: "input", header: "Input", width: 84 },
          { key: "made", header: "Became", width: 420 },
        ]}
        row={(index) => {
          const one = shown[index]!;
          return [
            one.column,
            <Badge key="role" variant="light" color={one.role === "input" ? undefined : one.role === "target" ? "grape" : "gray"}>
              {ROLES[one.role] ?? one.role}
            </Badge>,
            one.type ?? one.storage,
            <span key="handling" title={optionsOf(one)}>
              {one.handling ?? ""}
              {optionsOf(one) && ` (${optionsOf(one)})`}
            </span>,
            missingOf(one),
            <span key="input" title={one.input ?? undefined}>
              {one.input ?? ""}
            </span>,
            <span key="made" title={one.made?.join(", ")}>
              {madeOf(one)}
            </span>,
          ];
        }}
      />
    </section>
  );
}

function Inputs({ ids, inputs }: { ids: SessionIds; inputs: Schemas["ModelInput"][] }) {
  const [chosen, setChosen] = useState(inputs[0]?.name ?? "");
  const input = inputs.find((one) => one.name === chosen);
  return (
    <section aria-label="Inputs of the network">
      <Title order={2} size="h4">
        What the network gets
      </Title>
      <Group align="flex-end" my="sm">
        <Select label="Input" w={260} allowDeselect={false} data={inputs.map((one) => one.name)} value={chosen} onChange={(value) => setChosen(value ?? chosen)} />
        {input && (
          <Text size="sm" pb={8}>
            ({input.shape.join(", ")}) {input.dtype}
            {input.steps.length > 0 && `, after ${input.steps.join(", ")}`}
          </Text>
        )}
      </Group>
      {input && input.n_columns > 0 && <InputColumns key={chosen} ids={ids} input={chosen} total={input.n_columns} />}
      {input && input.n_columns === 0 && <Text size="sm">Its values have no names of their own, as those of images.</Text>}
    </section>
  );
}

function InputColumns({ ids, input, total }: { ids: SessionIds; input: string; total: number }) {
  const { row, onRange } = usePages(["input-columns", sessionKey(ids), input], async (start, length) => {
    const part = await unwrap(
      api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/input-columns", {
        params: { path: ids, query: { input, start, count: length } },
      }),
    );
    return part.columns;
  });
  return (
    <VirtualTable
      label={`Columns of the input ${input}`}
      total={total}
      onRange={onRange}
      height={Math.min(420, 40 + 32 * total)}
      columns={[
        { key: "place", header: "Place", width: 80 },
        { key: "name", header: "Column of numbers", width: 340 },
        { key: "sources", header: "Made from", width: 340 },
      ]}
      row={(index) => {
        const one = row(index);
        return one && [count(one.place), one.name, one.sources.join(", ")];
      }}
    />
  );
}
