import { Alert, Anchor, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { count, duration, measured, moment } from "@/shared/format/numbers";
import { PartitionTable } from "@/shared/partitions/PartitionTable";
import type { Detail } from "./ReportPage";

export function ReportSummary({ detail }: { detail: Detail }) {
  const { summary, result, diagnostics } = detail;
  if (result === null) return <Text>The training has no result yet.</Text>;
  const measuredOn = result.measured_on === "validation" ? "validation" : "test";
  const last = (name: string) => {
    const values = result.history?.[name];
    return values && result.best_epoch ? values[result.best_epoch - 1] : undefined;
  };
  const facts: [string, string][] = [
    ["Predicts", `${result.target} (${result.prediction_type})`],
    ["Kept epoch", `${result.best_epoch ?? "–"} of ${result.epochs ?? "–"}, chosen by ${result.metric} on the ${measuredOn} set`],
    ["Rows", `${count(summary.train_rows)} to train on, ${count(summary.test_rows)} to measure on`],
    ["Training", `${duration(result.seconds?.fit ?? 0)} of ${duration(result.seconds?.total ?? 0)} in all`],
    ["Backend", `${result.backend}: ${result.backend_reason}`],
    ["Started", summary.started_at ? moment(summary.started_at) : "–"],
  ];
  if (result.threshold != null) facts.push(["Threshold", measured(result.threshold)]);
  return (
    <Stack>
      <Title order={2} size="h4">
        Summary
      </Title>
      {summary.description && <Text>{summary.description}</Text>}
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Table withTableBorder variant="vertical">
          <Table.Tbody>
            {facts.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th w={130}>{name}</Table.Th>
                <Table.Td>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Table withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Metric</Table.Th>
              <Table.Th ta="right">Test set</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numeric">
            {Object.entries(result.metrics ?? {}).map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Td fw={name === result.metric ? 700 : 400}>
                  {name}
                  {name === result.metric && " (chosen)"}
                </Table.Td>
                <Table.Td ta="right">
                  {measured(value)}
                  {result.metric_margins?.[name] != null && ` ± ${measured(result.metric_margins[name])}`}
                </Table.Td>
              </Table.Tr>
            ))}
            {last("loss") !== undefined && (
              <Table.Tr>
                <Table.Td>Loss (train {measured(last("loss"))})</Table.Td>
                <Table.Td ta="right">{measured(last("val_loss"))}</Table.Td>
              </Table.Tr>
            )}
          </Table.Tbody>
        </Table>
      </SimpleGrid>
      {detail.partition && <OfGroup partition={detail.partition} />}
      {detail.partitions && (
        <section aria-label="Partitions">
          <Title order={3} size="h5" mb="xs">
            Partitions
          </Title>
          <PartitionTable report={detail.partitions} />
        </section>
      )}
      {result.warnings?.map((warning) => (
        <Alert key={warning} color="gray">
          {warning}
        </Alert>
      ))}
      <Title order={3} size="h5">
        Diagnostics
      </Title>
      {diagnostics.length === 0 && <Text size="sm">Nothing was found that may be wrong with this training.</Text>}
      {diagnostics.map((one) => (
        <Alert key={`${one.id}${one.message}`} color={one.severity === "error" ? "red" : "yellow"} title={one.message}>
          <Text size="sm">{one.fix}</Text>
        </Alert>
      ))}
    </Stack>
  );
}

function OfGroup({ partition }: { partition: NonNullable<Detail["partition"]> }) {
  const [analysis, task, session] = partition.whole.split("/");
  return (
    <Text size="sm">
      It is the submodel for the rows with {partition.column} = {partition.value}, beside{" "}
      <Anchor component={Link} size="sm" to={`/tasks/${analysis}/${task}/models/${session}`}>
        the whole model
      </Anchor>
      .
    </Text>
  );
}
