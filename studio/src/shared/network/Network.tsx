import { Badge, Table } from "@mantine/core";
import { count } from "@/shared/format/numbers";
import type { LayerInfo } from "./network";
import { NetworkDrawing } from "./NetworkDrawing";

/** A network as a table of its layers and, beside it, as a drawing. */
export function Network({ layers }: { layers: LayerInfo[] }) {
  return (
    <div style={{ display: "flex", flexWrap: "wrap", gap: "var(--mantine-spacing-lg)", alignItems: "flex-start" }}>
      <div style={{ flex: "1 1 420px", minWidth: 0 }}>
        <LayerTable layers={layers} />
      </div>
      <div style={{ flex: "0 1 auto", minWidth: 0, maxWidth: "100%" }}>
        <NetworkDrawing layers={layers} />
      </div>
    </div>
  );
}

function LayerTable({ layers }: { layers: LayerInfo[] }) {
  return (
    <Table.ScrollContainer minWidth={400} maxHeight={640}>
      <Table withTableBorder aria-label="Layers" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Layer</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th>Output shape</Table.Th>
            <Table.Th ta="right">Parameters</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numeric">
          {layers.map((layer) => (
            <Table.Tr key={String(layer.name)}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{String(layer.name)}</Table.Td>
              <Table.Td>
                <Badge variant="light" tt="none">
                  {String(layer.type)}
                </Badge>
              </Table.Td>
              <Table.Td>{shapeOf(layer.shape)}</Table.Td>
              <Table.Td ta="right">{count(layer.parameters as number | null)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const shapeOf = (shape: unknown) =>
  Array.isArray(shape) ? `(${shape.map((one) => one ?? "rows").join(", ")})` : "";
