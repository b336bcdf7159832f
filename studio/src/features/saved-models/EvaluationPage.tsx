import { Alert, Button, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { useAddress } from "@/shared/address/useAddress";
import { Failure } from "@/shared/format/failure";
import { count, measured, moment } from "@/shared/format/numbers";
import { PageTitle } from "@/shared/format/PageTitle";
import { judged, versionOf } from "./drift";
import { DriftChart } from "./DriftChart";
import { DriftTable } from "./DriftTable";
import { type Evaluation, modelQueries } from "./queries";
import { ScrolledTable } from "./ScrolledTable";

export default function EvaluationPage() {
  const { model: id = "", evaluation: evaluationId = "" } = useParams();
  const model = useQuery(modelQueries.model(id));
  const evaluation = useQuery(modelQueries.evaluation(id, evaluationId));
  const error = model.error ?? evaluation.error;
  if (error) return <Failure error={error} />;
  if (model.data === undefined || evaluation.data === undefined) return null;
  const found = evaluation.data;
  return (
    <>
      <PageTitle
        title={`Evaluation ${found.evaluation_id} of ${model.data.name}`}
        note={`${versionOf(found)} on ${found.input}`}
        tab={`${found.evaluation_id} of ${model.data.name}`}
      >
        <Button component={Link} variant="default" to={`/saved-models/${model.data.saved_model_id}/evaluations`}>
          All evaluations
        </Button>
      </PageTitle>
      <Stack>
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Facts found={found} />
          <Metrics found={found} />
        </SimpleGrid>
        {found.notes?.map((note) => (
          <Alert key={note} color="gray">
            <Text size="sm">{note}</Text>
          </Alert>
        ))}
        <Drifts found={found} />
      </Stack>
    </>
  );
}

function Facts({ found }: { found: Evaluation }) {
  const all: [string, string | number][] = [
    ["When", moment(found.created_at)],
    ["Rows", `${count(found.rows)} read, ${count(found.evaluated_rows)} measured on`],
    ["Without truth", found.rows_without_truth],
    ["Of an unknown class", found.unknown_class_rows],
    ["Not scorable", found.unscorable_rows],
    ["Did not parse", found.rejected_rows],
    ["Drift", found.drift_rows === found.rows ? "on all rows" : `on ${count(found.drift_rows)} rows drawn at random`],
  ];
  for (const [output, threshold] of Object.entries(found.thresholds)) {
    if (threshold !== null) all.push([output ? `Threshold of ${output}` : "Threshold", measured(threshold)]);
  }
  if (found.weighted) all.push(["Weights", "rows count by the sample-weight column"]);
  if (found.rows_file) all.push(["Rows kept in", found.rows_file]);
  return (
    <Table variant="vertical" withTableBorder aria-label="What was evaluated" h="fit-content">
      <Table.Tbody>
        {all
          .filter(([, value]) => value !== 0)
          .map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={150}>{name}</Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}

function Metrics({ found }: { found: Evaluation }) {
  if (found.metrics.length === 0) return <Text size="sm">These rows have no truth, so that nothing could be measured but drift.</Text>;
  return (
    <ScrolledTable label="Metrics" minWidth={420} columns={["Metric", "On these rows", "At training", "Difference"]}>
      {found.metrics.map((one) => {
        const verdict = judged(one);
        return (
          <Table.Tr key={one.name}>
            <Table.Th scope="row">{one.name}</Table.Th>
            <Table.Td>{measured(one.value)}</Table.Td>
            <Table.Td>{measured(one.at_training)}</Table.Td>
            <Table.Td c={verdict === "worse" ? "var(--mantine-color-error)" : undefined}>
              {verdict === null ? "–" : verdict === "the same" ? verdict : `${signed(one.difference)} (${verdict})`}
            </Table.Td>
          </Table.Tr>
        );
      })}
    </ScrolledTable>
  );
}

function Drifts({ found }: { found: Evaluation }) {
  const { search, set } = useAddress();
  const asked = search.get("column");
  const parts = [
    ["Drift of columns", found.drift],
    ["Drift of predictions", found.prediction_drift],
  ] as const;
  const chosen = [...found.drift, ...found.prediction_drift].find((one) => one.column === asked);
  return (
    <>
      {parts.map(
        ([title, drift]) =>
          drift.length > 0 && (
            <section key={title}>
              <Title order={2} size="h4" mb="xs">
                {title}
              </Title>
              <DriftTable label={title} drift={drift} chosen={asked} onChoose={(column) => set("column", column)} />
              {chosen && drift.includes(chosen) && <DriftChart drift={chosen} />}
            </section>
          ),
      )}
    </>
  );
}

function signed(value: number | null): string {
  return `${value !== null && value > 0 ? "+" : ""}${measured(value)}`;
}
