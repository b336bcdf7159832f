import { Button, Group, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { FieldInput } from "./FieldInput";
import { Outcomes } from "./Outcomes";
import type { Field } from "./queries";
import { differs, outcomesOf, type Row, typicalValues, type Value, withAnew, withCopy, withValue } from "./rows";

const MOST_FIELDS = 40;
const MOST_ROWS = 12;
const WIDTH = 260;

/** Rows side by side, columns down; below the head what is predicted of each. */
export function RowsTable({ fields, rows, onChange, predictions, isLate }: {
  fields: Field[];
  rows: Row[];
  onChange: (rows: Row[]) => void;
  predictions: Map<number, Record<string, unknown> | undefined> | undefined;
  isLate: boolean;
}) {
  const [search, setSearch] = useState("");
  const [most, setMost] = useState(MOST_FIELDS);
  const found = fields.filter((one) => one.column.toLowerCase().includes(search.toLowerCase()));
  const isHit = (row: Row, column: string) => rows[0] !== row && differs(rows, row, column);
  return (
    <>
      {fields.length > MOST_FIELDS && (
        <TextInput
          label="Find a column"
          maw={320}
          mb="xs"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <Table.ScrollContainer minWidth={180 + WIDTH * rows.length} type="native">
        <Table withTableBorder withColumnBorders layout="fixed" w={180 + WIDTH * rows.length} aria-label="Rows to try">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={180} scope="col">
                Column
              </Table.Th>
              {rows.map((row, at) => (
                <Table.Th key={row.id} w={WIDTH} scope="col">
                  <Group justify="space-between" gap={4} wrap="nowrap">
                    Row {at + 1}
                    <RowActions row={row} number={at + 1} fields={fields} rows={rows} onChange={onChange} />
                  </Group>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            <Table.Tr>
              <Table.Th scope="row">Prediction</Table.Th>
              {rows.map((row, at) => {
                const one = predictions?.get(row.id);
                return (
                  <Table.Td key={row.id} style={{ verticalAlign: "top" }}>
                    <div role="status" aria-label={`Prediction of row ${at + 1}`} style={{ opacity: isLate ? 0.75 : 1 }}>
                      {one ? <Outcomes outcomes={outcomesOf(one)} /> : <Text size="sm">…</Text>}
                    </div>
                  </Table.Td>
                );
              })}
            </Table.Tr>
            {found.slice(0, most).map((field) => (
              <Table.Tr key={field.column}>
                <Table.Th scope="row" style={{ overflowWrap: "anywhere" }}>
                  {field.column}
                  <Text size="xs" c="dimmed">
                    {field.type}
                  </Text>
                </Table.Th>
                {rows.map((row, at) => (
                  <Table.Td
                    key={row.id}
                    bg={isHit(row, field.column) ? "var(--mantine-primary-color-light)" : undefined}
                  >
                    <FieldInput
                      field={field}
                      label={`${field.column}, row ${at + 1}`}
                      value={row.values[field.column] ?? null}
                      onChange={(value: Value) => onChange(withValue(rows, row.id, field.column, value))}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {found.length > most && (
        <Button mt="xs" variant="default" onClick={() => setMost(found.length)}>
          Show all {found.length} columns
        </Button>
      )}
    </>
  );
}

function RowActions({ row, number, fields, rows, onChange }: {
  row: Row;
  number: number;
  fields: Field[];
  rows: Row[];
  onChange: (rows: Row[]) => void;
}) {
  const button = (label: string, what: string, next: () => Row[], disabled = false) => (
    <Button
      size="compact-xs"
      variant="default"
      disabled={disabled}
      aria-label={`${what} row ${number}`}
      onClick={() => onChange(next())}
    >
      {label}
    </Button>
  );
  return (
    <Group gap={4} wrap="nowrap">
      {button("Copy", "Copy", () => withCopy(rows, row.id), rows.length >= MOST_ROWS)}
      {button("Reset", "Reset", () => withAnew(rows, row.id, typicalValues(fields)))}
      {rows.length > 1 && button("Remove", "Remove", () => rows.filter((one) => one !== row))}
    </Group>
  );
}
