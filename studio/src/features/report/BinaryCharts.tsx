import { Button, Group, Input, SimpleGrid, Slider, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "@/shared/api/client";
import { Chart } from "@/shared/charts/Chart";
import { histogram, lineChart } from "@/shared/charts/options";
import { count, measured } from "@/shared/format/numbers";
import { figuresAt } from "./threshold";

type Report = Schemas["BinaryReport"];
type Pair = [number, number | null];
const pairs = (x: number[], y: (number | null)[]): Pair[] => x.map((value, at) => [value, y[at] ?? null]);
const percent = (value: number | null) => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);

export function BinaryCharts({ report }: { report: Report }) {
  return (
    <Stack>
      <Title order={2} size="h4">
        Performance
      </Title>
      <ThresholdPanel report={report} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        {report.roc && <Roc roc={report.roc} />}
        {report.precision_recall && <PrecisionRecall series={report.precision_recall} />}
        {report.gain && <Lift gain={report.gain} />}
        {report.calibration && <Calibration series={report.calibration} />}
        <Density report={report} />
      </SimpleGrid>
    </Stack>
  );
}

function ThresholdPanel({ report }: { report: Report }) {
  const { counts } = report;
  const [at, setAt] = useState(counts.chosen);
  const figures = figuresAt(counts, at, report.cost_weights);
  const [negative, positive] = report.classes;
  const rows: [string, string][] = [
    ["Accuracy", percent(figures.accuracy)],
    ["Precision", percent(figures.precision)],
    ["Recall", percent(figures.recall)],
    ["Specificity", percent(figures.specificity)],
    ["F1 Score", percent(figures.f1)],
    ["MCC", measured(figures.mcc)],
    ["Cost Matrix Gain per row", measured(figures.gain)],
  ];
  return (
    <Group align="flex-start" gap="xl">
      <Stack gap="xs" style={{ flex: "1 1 320px" }}>
        <Input.Wrapper label={`Threshold ${measured(figures.threshold)}`} labelElement="div" description={`A row is “${positive}” from this probability on`}>
          <Slider
            min={0}
            max={counts.thresholds.length - 1}
            value={at}
            label={null}
            thumbLabel="Threshold"
            onChange={setAt}
          />
        </Input.Wrapper>
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={() => setAt(counts.chosen)}>
            Back to the model's
          </Button>
          <Text size="sm" c="dimmed">
            The model uses {measured(report.threshold)}.
          </Text>
        </Group>
        <Table withTableBorder>
          <Table.Caption>Confusion matrix of {count(report.rows)} rows</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Truth</Table.Th>
              <Table.Th ta="right">Predicted {positive}</Table.Th>
              <Table.Th ta="right">Predicted {negative}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numeric">
            <Table.Tr>
              <Table.Th scope="row">{positive}</Table.Th>
              <Table.Td ta="right">{count(Math.round(figures.tp))}</Table.Td>
              <Table.Td ta="right">{count(Math.round(figures.fn))}</Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th scope="row">{negative}</Table.Th>
              <Table.Td ta="right">{count(Math.round(figures.fp))}</Table.Td>
              <Table.Td ta="right">{count(Math.round(figures.tn))}</Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
      </Stack>
      <Table withTableBorder w={300}>
        <Table.Caption>At this threshold</Table.Caption>
        <Table.Tbody className="numeric">
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td ta="right">{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Group>
  );
}

function Roc({ roc }: { roc: Schemas["RocSeries"] }) {
  return (
    <Chart
      title="ROC curve"
      note={`Area under the curve ${measured(roc.auc)}`}
      table={() => ({
        columns: ["false positive rate", "true positive rate", "threshold"],
        rows: roc.false_positive_rate.map((x, at) => [x, roc.true_positive_rate[at] ?? null, roc.thresholds[at] ?? null]),
      })}
      option={lineChart({
        x: "false positive rate",
        y: "true positive rate",
        xRange: [0, 1],
        yRange: [0, 1],
        lines: [
          { name: "model", points: pairs(roc.false_positive_rate, roc.true_positive_rate) },
          { name: "chance", dashed: true, points: [[0, 0], [1, 1]] },
        ],
      })}
    />
  );
}

function PrecisionRecall({ series }: { series: Schemas["PrecisionRecallSeries"] }) {
  return (
    <Chart
      title="Precision and recall"
      note={`Average precision ${measured(series.average_precision)}`}
      table={() => ({
        columns: ["recall", "precision"],
        rows: series.recall.map((x, at) => [x, series.precision[at] ?? null]),
      })}
      option={lineChart({
        x: "recall",
        y: "precision",
        xRange: [0, 1],
        yRange: [0, 1],
        lines: [{ name: "model", points: pairs(series.recall, series.precision) }],
      })}
    />
  );
}

function Lift({ gain }: { gain: Schemas["GainSeries"] }) {
  return (
    <Chart
      title="Cumulative gain"
      note={`Lift ${measured(gain.lift_at_share)} in the ${Math.round(100 * gain.lift_share)} % of rows with the highest probabilities`}
      table={() => ({
        columns: ["share of rows", "gain", "lift"],
        rows: gain.share_of_rows.map((x, at) => [x, gain.gain[at] ?? null, gain.lift[at] ?? null]),
      })}
      option={lineChart({
        x: "share of rows",
        y: "share of positives found",
        xRange: [0, 1],
        yRange: [0, 1],
        lines: [
          { name: "model", points: pairs(gain.share_of_rows, gain.gain) },
          { name: "chance", dashed: true, points: [[0, 0], [1, 1]] },
        ],
      })}
    />
  );
}

function Calibration({ series }: { series: Schemas["CalibrationSeries"] }) {
  return (
    <Chart
      title="Calibration"
      note={`Calibration loss ${measured(series.loss)}`}
      table={() => ({
        columns: ["mean predicted", "observed share", "weight"],
        rows: series.mean_predicted.map((x, at) => [x, series.observed_share[at] ?? null, series.weight[at] ?? null]),
      })}
      option={lineChart({
        x: "mean predicted probability",
        y: "observed share of positives",
        xRange: [0, 1],
        yRange: [0, 1],
        lines: [
          { name: "model", points: pairs(series.mean_predicted, series.observed_share) },
          { name: "perfect", dashed: true, points: [[0, 0], [1, 1]] },
        ],
      })}
    />
  );
}

function Density({ report }: { report: Report }) {
  const { density, classes } = report;
  return (
    <Chart
      title="Density of the probability"
      table={() => ({
        columns: ["from", "to", classes[0] ?? "negative", classes[1] ?? "positive"],
        rows: density.negative.map((value, at) => [density.edges[at] ?? null, density.edges[at + 1] ?? null, value, density.positive[at] ?? null]),
      })}
      option={histogram({
        x: `probability of ${classes[1]}`,
        y: "share of the class",
        edges: density.edges,
        bars: [
          { name: classes[0] ?? "negative", values: density.negative },
          { name: classes[1] ?? "positive", values: density.positive },
        ],
      })}
    />
  );
}
