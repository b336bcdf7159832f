import { Table } from "@mantine/core";
import type { ReactNode } from "react";

/** A table that scrolls sideways where the page is too narrow for it. */
export function ScrolledTable({ label, columns, minWidth, children }: {
  label: string;
  columns: string[];
  minWidth: number;
  children: ReactNode;
}) {
  return (
    <Table.ScrollContainer minWidth={minWidth} type="native" tabIndex={0} role="region" aria-label={`${label}, scrolled sideways`}>
      <Table withTableBorder aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numeric">{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
