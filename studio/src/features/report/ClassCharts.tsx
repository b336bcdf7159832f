import { Select, SimpleGrid, Stack, Table, Text, Title, useComputedColorScheme } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "@/shared/api/client";
import { Chart } from "@/shared/charts/Chart";
import { histogram, lineChart } from "@/shared/charts/options";
import { count, measured } from "@/shared/format/numbers";

type Report = Schemas["MulticlassReport"] | Schemas["MultilabelReport"];
const pairs = (x: number[], y: number[]): [number, number | null][] => x.map((value, at) => [value, y[at] ?? null]);

export function ClassCharts({ report }: { report: Report }) {
  const [chosen, setChosen] = useState(report.curves[0]?.name ?? "");
  const curves = report.curves.find((one) => one.name === chosen);
  return (
    <Stack>
      <Title order={2} size="h4">
        Performance
      </Title>
      {report.kind === "multiclass" && <Confusion table={report.confusion} />}
      <Table withTableBorder>
        <Table.Caption>Figures of each {report.kind === "multiclass" ? "class" : "label"}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {["Name", "Rows", "Predicted", "Precision", "Recall", "F1 Score"].map((name, at) => (
              <Table.Th key={name} ta={at ? "right" : "left"}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numeric">
          {report.figures.map((one) => (
            <Table.Tr key={one.name}>
              <Table.Th scope="row">{one.name}</Table.Th>
              <Table.Td ta="right">{count(Math.round(one.support))}</Table.Td>
              <Table.Td ta="right">{count(Math.round(one.predicted))}</Table.Td>
              <Table.Td ta="right">{measured(one.precision)}</Table.Td>
              <Table.Td ta="right">{measured(one.recall)}</Table.Td>
              <Table.Td ta="right">{measured(one.f1)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Select label="Curves of" w={260} allowDeselect={false} data={report.curves.map((one) => one.name)} value={chosen} onChange={(value) => setChosen(value ?? chosen)} />
      {curves && (
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          {curves.roc && (
            <Chart
              title={`ROC curve of ${chosen}`}
              note={`Area under the curve ${measured(curves.roc.auc)}`}
              table={() => ({ columns: ["false positive rate", "true positive rate"], rows: pairs(curves.roc!.false_positive_rate, curves.roc!.true_positive_rate) })}
              option={lineChart({
                x: "false positive rate", y: "true positive rate", xRange: [0, 1], yRange: [0, 1],
                lines: [
                  { name: chosen, points: pairs(curves.roc.false_positive_rate, curves.roc.true_positive_rate) },
                  { name: "chance", dashed: true, points: [[0, 0], [1, 1]] },
                ],
              })}
            />
          )}
          {curves.precision_recall && (
            <Chart
              title={`Precision and recall of ${chosen}`}
              note={`Average precision ${measured(curves.precision_recall.average_precision)}`}
              table={() => ({ columns: ["recall", "precision"], rows: pairs(curves.precision_recall!.recall, curves.precision_recall!.precision) })}
              option={lineChart({
                x: "recall", y: "precision", xRange: [0, 1], yRange: [0, 1],
                lines: [{ name: chosen, points: pairs(curves.precision_recall.recall, curves.precision_recall.precision) }],
              })}
            />
          )}
          <Chart
            title={`Density of the probability of ${chosen}`}
            table={() => ({ columns: ["from", "others", chosen], rows: curves.density.negative.map((value, at) => [curves.density.edges[at] ?? null, value, curves.density.positive[at] ?? null]) })}
            option={histogram({
              x: `probability of ${chosen}`, y: "share", edges: curves.density.edges,
              bars: [{ name: "others", values: curves.density.negative }, { name: chosen, values: curves.density.positive }],
            })}
          />
        </SimpleGrid>
      )}
    </Stack>
  );
}

function Confusion({ table }: { table: Schemas["ConfusionTable"] }) {
  const dark = useComputedColorScheme("light") === "dark";
  const highest = Math.max(1, ...table.matrix.flat());
  // Numbers on full cells and on empty ones must be read in either theme.
  const onFull = dark ? "#101314" : "#ffffff";
  const onEmpty = dark ? "#dee2e6" : "#212529";
  return (
    <>
      <Chart
        title="Confusion matrix"
        height={Math.min(620, 130 + 34 * table.classes.length)}
        table={() => ({ columns: ["truth", ...table.classes], rows: table.matrix.map((row, at) => [table.classes[at] ?? "", ...row]) })}
        option={{
          grid: { left: 110, right: 20, top: 12, bottom: 60 },
          tooltip: { confine: true },
          visualMap: { show: false, min: 0, max: highest, inRange: { color: dark ? ["#242b2e", "#66d9e8"] : ["#e3f7fa", "#0b7285"] } },
          xAxis: { type: "category", name: "predicted", nameLocation: "middle", nameGap: 34, data: table.classes },
          yAxis: { type: "category", name: "truth", nameLocation: "middle", nameGap: 80, inverse: true, data: table.classes },
          series: [
            {
              type: "heatmap",
              label: { show: table.classes.length <= 12 },
              data: table.matrix.flatMap((row, truth) => row.map((value, predicted) => ({
                  value: [predicted, truth, Math.round(value)],
                  label: { color: value > highest / 2 ? onFull : onEmpty },
                })),
              ),
            },
          ],
        }}
      />
      {table.classes_not_shown > 0 && <Text size="sm">{count(table.classes_not_shown)} further classes are not shown.</Text>}
    </>
  );
}
