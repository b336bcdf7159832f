import { SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { queries } from "@/shared/api/queries";
import { Chart } from "@/shared/charts/Chart";
import { CurveControls } from "@/shared/charts/CurveControls";
import { curveChart, joined, metricNames } from "@/shared/charts/curves";
import { useCurveView } from "@/shared/charts/view";
import { labelOf } from "@/shared/form/schema";
import { shortDuration } from "@/shared/format/numbers";
import type { Detail } from "./ReportPage";

export function TrainingReport({ detail }: { detail: Detail }) {
  const [view, setView] = useCurveView();
  const { result, summary } = detail;
  const loaded = useQuery(queries.curves(summary));
  const curves = joined(loaded.data, { series: {}, fold: null });
  const profile = result?.profile ?? [];
  const parts = Object.keys(profile[0] ?? {}).filter((name) => name !== "epoch");
  return (
    <Stack>
      <Title order={2} size="h4">
        Training
      </Title>
      <CurveControls view={view} onChange={setView} />
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
        {metricNames(curves.series).map((metric) => (
          <Chart
            key={`${metric} ${view.x}`}
            title={labelOf(metric)}
            group={`report ${summary.reference}`}
            {...curveChart(() => curves, metric, result?.best_epoch ?? null, view)}
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
