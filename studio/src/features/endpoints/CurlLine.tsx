import { Button, Code, CopyButton, Group, SegmentedControl, Text, Title } from "@mantine/core";
import { useState } from "react";
import { curlLine, KEY_PLACEHOLDER, shortened } from "./curl";
import type { Row } from "./rows";

/** The same question from a terminal. */
export function CurlLine({ address, model, rows }: { address: string; model: string; rows: Row[] }) {
  const [chosen, setChosen] = useState(1);
  const number = Math.min(chosen, rows.length);
  const { values } = rows[number - 1]!;
  return (
    <section aria-labelledby="curl">
      <Title order={3} size="h5" id="curl" mt="md">
        From a terminal
      </Title>
      <Text size="sm" c="dimmed" mb={4}>
        Put one of the API keys in the place of {KEY_PLACEHOLDER}.
      </Text>
      <Group mb={4}>
        {rows.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label="Row of the curl line"
            data={rows.map((_, at) => ({ value: String(at + 1), label: `Row ${at + 1}` }))}
            value={String(number)}
            onChange={(value) => setChosen(Number(value))}
          />
        )}
        <CopyButton value={curlLine(address, model, values)}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy curl line"}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code block tabIndex={0} aria-label="curl line" role="region" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {curlLine(address, model, shortened(values))}
      </Code>
    </section>
  );
}
