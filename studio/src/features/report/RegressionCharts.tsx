import { SimpleGrid, Stack, Table, Title } from "@mantine/core";
import type { Schemas } from "@/shared/api/client";
import { Chart } from "@/shared/charts/Chart";
import { histogram, PALETTE } from "@/shared/charts/options";
import { measured } from "@/shared/format/numbers";

export function RegressionCharts({ report }: { report: Schemas["RegressionReport"] }) {
  const { points, errors, percentiles, figures } = report;
  const facts: [string, number | null | undefined][] = [
    ["Mean error", figures.mean],
    ["Mean absolute error", figures.mean_absolute_error],
    ["Root mean squared error", figures.root_mean_squared_error],
    ["Standard deviation of the error", figures.standard_deviation],
    ["Least error", figures.least],
    ["Greatest error", figures.greatest],
    ["R2", figures.r2],
  ];
  const range: [number, number] = [points.lowest, points.highest];
  return (
    <Stack>
      <Title order={2} size="h4">
        Performance
      </Title>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Chart
          title="Predicted against actual"
          height={340}
          note={points.sampled ? `A sample of ${points.actual.length} rows` : undefined}
          table={() => ({
            columns: ["row", "actual", "predicted"],
            rows: points.actual.map((actual, at) => [points.rows[at] ?? null, actual, points.predicted[at] ?? null]),
          })}
          option={{
            grid: { left: 58, right: 18, top: 12, bottom: 44 },
            tooltip: { trigger: "item", confine: true },
            xAxis: { type: "value", name: `actual ${report.target}`, nameLocation: "middle", nameGap: 28, scale: true, min: range[0], max: range[1], axisLabel: { formatter: measured } },
            yAxis: { type: "value", name: `predicted ${report.target}`, nameLocation: "middle", nameGap: 42, scale: true, axisLabel: { formatter: measured } },
            series: [
              {
                type: "scatter",
                name: "rows",
                symbolSize: 5,
                color: PALETTE[0],
                itemStyle: { opacity: 0.45 },
                data: points.actual.map((actual, at) => [actual, points.predicted[at]]),
              },
              { type: "line", name: "perfect", showSymbol: false, color: PALETTE[1], lineStyle: { type: "dashed" }, data: [[range[0], range[0]], [range[1], range[1]]] },
            ],
          }}
        />
        <Chart
          title="Distribution of the error"
          height={340}
          table={() => ({
            columns: ["from", "to", "rows"],
            rows: errors.weight.map((rows, at) => [errors.edges[at] ?? null, errors.edges[at + 1] ?? null, rows]),
          })}
          option={histogram({
            x: "predicted − actual",
            y: report.weighted ? "weight" : "rows",
            edges: errors.edges,
            bars: [{ name: "rows", values: errors.weight }],
          })}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Table withTableBorder>
          <Table.Tbody className="numeric">
            {facts.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td ta="right">{measured(value)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Table withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Percentile</Table.Th>
              <Table.Th ta="right">Error</Table.Th>
              <Table.Th ta="right">Absolute error</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numeric">
            {percentiles.percents.map((percent, at) => (
              <Table.Tr key={percent}>
                <Table.Td>{percent} %</Table.Td>
                <Table.Td ta="right">{measured(percentiles.error[at])}</Table.Td>
                <Table.Td ta="right">{measured(percentiles.absolute_error[at])}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </SimpleGrid>
    </Stack>
  );
}
