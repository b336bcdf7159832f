import { Badge, Button, Table, Text } from "@mantine/core";
import { measured } from "@/shared/format/numbers";
import { type Drift, LEVEL_COLOURS, percent, pValue, sorted } from "./drift";
import { ScrolledTable } from "./ScrolledTable";

/** How far each column is from what it was at training, the farthest first. */
export function DriftTable({ label, drift, chosen, onChoose }: {
  label: string;
  drift: Drift[];
  chosen: string | null;
  onChoose: (column: string | null) => void;
}) {
  return (
    <ScrolledTable
      label={label}
      minWidth={1000}
      columns={["Column", "Drift", "Index", "Then and now", "Test", "p", "Missing then", "Missing now", "New"]}
    >
      {sorted(drift).map((one) => (
        <Table.Tr key={one.column} bg={one.column === chosen ? "var(--mantine-color-default-hover)" : undefined}>
          <Table.Th scope="row">
            <Button
              size="compact-sm"
              variant="subtle"
              aria-pressed={one.column === chosen}
              disabled={!one.bins?.length}
              onClick={() => onChoose(one.column === chosen ? null : one.column)}
            >
              {one.column}
            </Button>
          </Table.Th>
          <Table.Td>
            <Badge variant="light" miw="max-content" color={LEVEL_COLOURS[one.level]}>
              {one.level}
            </Badge>
          </Table.Td>
          <Table.Td>{measured(one.psi)}</Table.Td>
          <Table.Td>
            <SmallBins drift={one} />
          </Table.Td>
          <Table.Td style={{ whiteSpace: "nowrap" }}>{one.test ? `${one.test} ${measured(one.statistic)}` : "–"}</Table.Td>
          <Table.Td style={{ whiteSpace: "nowrap" }}>{pValue(one.p_value)}</Table.Td>
          <Table.Td>{percent(one.missing_before)}</Table.Td>
          <Table.Td>{percent(one.missing_now)}</Table.Td>
          <Table.Td>
            <News drift={one} />
          </Table.Td>
        </Table.Tr>
      ))}
    </ScrolledTable>
  );
}

function News({ drift }: { drift: Drift }) {
  if (drift.new_categories?.length) return <Text size="sm">{drift.new_categories.join(", ")}</Text>;
  if (drift.unknown_words_now != null) return <Text size="sm">{percent(drift.unknown_words_now)} unknown words</Text>;
  return "–";
}

const WIDTH = 110;
const HEIGHT = 26;

/** The shares of a column's bins, each then (grey) and now. */
function SmallBins({ drift: { bins = [], column } }: { drift: Drift }) {
  if (bins.length === 0) return "–";
  const highest = Math.max(...bins.flatMap((one) => [one.before, one.now]));
  const width = WIDTH / bins.length;
  const bar = (share: number) => {
    const height = Math.max(share > 0 ? 1 : 0, (HEIGHT * share) / highest);
    return { y: HEIGHT - height, height, width: Math.max(0.5, width * 0.42) };
  };
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={`Distribution of ${column} then and now`}>
      {bins.map((one, at) => (
        <g key={one.label}>
          <rect x={at * width} fill="var(--mantine-color-gray-6)" {...bar(one.before)} />
          <rect x={(at + 0.45) * width} fill="var(--mantine-color-cyan-6)" {...bar(one.now)} />
        </g>
      ))}
    </svg>
  );
}
