import { Group, Stack, Text } from "@mantine/core";
import { measured } from "@/shared/format/numbers";
import type { Outcome } from "./rows";

const MOST_CLASSES = 8;

/** What is predicted of a row: the value or class, and how likely each class is. */
export function Outcomes({ outcomes }: { outcomes: Outcome[] }) {
  return (
    <Stack gap="xs">
      {outcomes.map((one) => (
        <div key={one.output}>
          {one.output && (
            <Text size="xs" c="dimmed">
              {one.output}
            </Text>
          )}
          {one.reason ? <Text size="sm">{one.reason}</Text> : <Said outcome={one} />}
        </div>
      ))}
    </Stack>
  );
}

function Said({ outcome: { prediction, probabilities, bounds } }: { outcome: Outcome }) {
  const shown =
    probabilities.length <= MOST_CLASSES
      ? probabilities
      : [...probabilities].sort((one, other) => other[1] - one[1]).slice(0, MOST_CLASSES);
  return (
    <>
      <Text fw={700} className="numeric">
        {typeof prediction === "number" ? measured(prediction) : String(prediction)}
        {bounds && (
          <Text span size="sm" fw={400}>
            {` from ${measured(bounds[0])} to ${measured(bounds[1])}`}
          </Text>
        )}
      </Text>
      {shown.map(([label, probability]) => (
        <Bar key={label} label={label} probability={probability} />
      ))}
      {shown.length < probabilities.length && (
        <Text size="xs" c="dimmed">
          and {probabilities.length - shown.length} less likely classes
        </Text>
      )}
    </>
  );
}

function Bar({ label, probability }: { label: string; probability: number }) {
  const percent = `${(probability * 100).toFixed(2)} %`;
  return (
    <div>
      <Group justify="space-between" gap={4} wrap="nowrap">
        <Text size="xs" truncate title={label}>
          {label}
        </Text>
        <Text size="xs" className="numeric" style={{ whiteSpace: "nowrap" }}>
          {percent}
        </Text>
      </Group>
      <div aria-hidden className="probability">
        <div style={{ width: `${probability * 100}%` }} />
      </div>
    </div>
  );
}
