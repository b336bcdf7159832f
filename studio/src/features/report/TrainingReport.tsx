import { SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import type { Series } from "@/shared/api/points";
import { Chart } from "@/shared/charts/Chart";
import { curveChart, metricNames } from "@/shared/charts/curves";
import { SmoothingControl } from "@/shared/charts/SmoothingControl";
import { labelOf } from "@/shared/form/schema";
import { shortDuration } from "@/shared/format/numbers";
import type { Detail } from "./ReportPage";

export function TrainingReport({ detail }: { detail: Detail }) {
  const [smoothing, setSmoothing] = useState(0);
  const { result, summary } = detail;
  const series = (result?.history ?? {}) as Series;
  const profile = result?.profile ?? [];
  const parts = Object.keys(profile[0] ?? {}).filter((name) => name !== "epoch");
  return (
    <Stack>
      <Title order={2} size="h4">
        Training
      </Title>
      <SmoothingControl value={smoothing} onChange={setSmoothing} />
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
        {metricNames(series).map((metric) => (
          <Chart
            key={metric}
            title={labelOf(metric)}
            group={`report ${summary.reference}`}
            {...curveChart(series, metric, result?.best_epoch ?? null, smoothing, false)}
            height={200}
          />
        ))}
      </SimpleGrid>
      {profile.length > 0 && (
        <>
          <Title order={3} size="h5">
            Where the time went
          </Title>
          <Table withTableBorder>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Epoch</Table.Th>
                {parts.map((name) => (
                  <Table.Th key={name} ta="right">
                    {name.replaceAll("_", " ")}
                  </Table.Th>
                ))}
                <Table.Th ta="right">all</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className="numeric">
              {profile.slice(0, 100).map((one, at) => (
                <Table.Tr key={at}>
                  <Table.Td>{at + 1}</Table.Td>
                  {parts.map((name) => (
                    <Table.Td key={name} ta="right">
                      {shortDuration((one as unknown as Record<string, number>)[name] ?? 0)}
                    </Table.Td>
                  ))}
                  <Table.Td ta="right">{shortDuration(one.epoch)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </>
      )}
      {result?.race && result.race.length > 0 && <Text size="sm">The backend was chosen by a race of {result.race.length}.</Text>}
    </Stack>
  );
}
