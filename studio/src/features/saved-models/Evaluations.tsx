import { Anchor, Badge, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link } from "react-router";
import { useAddress } from "@/shared/address/useAddress";
import { Ago } from "@/shared/format/Ago";
import { Failure } from "@/shared/format/failure";
import { count, measured } from "@/shared/format/numbers";
import { farthest, judged, LEVEL_COLOURS, versionOf } from "./drift";
import { EvaluateDialog } from "./EvaluateDialog";
import { EvaluationCharts } from "./EvaluationCharts";
import { JobPanel, useJobs } from "./Jobs";
import { activeOf, type Evaluation, modelQueries, type SavedModel } from "./queries";
import { ScrolledTable } from "./ScrolledTable";

/** A saved model on rows that came after its training, and how that went over time. */
export function Evaluations({ model }: { model: SavedModel }) {
  const { search, set } = useAddress();
  const found = useEvaluations(model);
  const open = useJobs(model, "evaluation").filter((one) => one.status !== "finished");
  if (found.isError) return <Failure error={found.error} />;
  const evaluations = found.data ?? [];
  const metric = activeOf(model)?.metric ?? evaluations[0]?.metrics[0]?.name ?? null;
  return (
    <Stack component="section" aria-label="Evaluations" gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Evaluations
        </Title>
        <Button onClick={() => set("evaluate", "1")}>Evaluate</Button>
      </Group>
      {open.map((job) => (
        <JobPanel key={job.job_id} job={job} />
      ))}
      {evaluations.length === 0 && found.data && (
        <Text size="sm">
          There are none yet. Evaluate measures the model on rows that it has not seen, and says how far their columns are from those
          that it was trained on.
        </Text>
      )}
      {evaluations.length > 1 && <EvaluationCharts evaluations={evaluations} metric={metric} />}
      {evaluations.length > 0 && (
        <ScrolledTable
          label="Evaluations"
          minWidth={760}
          columns={["Evaluation", "When", "Version", "Rows of", metric ?? "Metric", "At training", "Strongest drift"]}
        >
          {[...evaluations].reverse().map((one) => (
            <Line key={one.evaluation_id} model={model} evaluation={one} metric={metric} />
          ))}
        </ScrolledTable>
      )}
      {search.get("evaluate") !== null && <EvaluateDialog model={model} onClose={() => set("evaluate", null)} />}
    </Stack>
  );
}

/** All evaluations; asked for again once another one has ended. */
function useEvaluations(model: SavedModel) {
  const client = useQueryClient();
  const ended = useJobs(model, "evaluation").filter((one) => one.status === "finished").length;
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ["evaluations", model.saved_model_id] });
  }, [client, ended, model.saved_model_id]);
  return useQuery(modelQueries.evaluations(model.saved_model_id));
}

function Line({ model, evaluation, metric }: { model: SavedModel; evaluation: Evaluation; metric: string | null }) {
  const value = evaluation.metrics.find((one) => one.name === metric);
  const drift = farthest(evaluation);
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Anchor component={Link} size="sm" to={`/saved-models/${model.saved_model_id}/evaluations/${evaluation.evaluation_id}`}>
          {evaluation.evaluation_id}
        </Anchor>
      </Table.Th>
      <Table.Td>
        <Ago moment={evaluation.created_at} />
      </Table.Td>
      <Table.Td>{versionOf(evaluation)}</Table.Td>
      <Table.Td title={evaluation.input}>
        {evaluation.input.split("/").at(-1)} ({count(evaluation.rows)})
      </Table.Td>
      <Table.Td>
        {value ? measured(value.value) : "–"} {value && judged(value) && `(${judged(value)})`}
      </Table.Td>
      <Table.Td>{measured(value?.at_training)}</Table.Td>
      <Table.Td>
        {drift ? (
          <>
            <Badge variant="light" miw="max-content" color={LEVEL_COLOURS[drift.level]} mr={6}>
              {drift.level}
            </Badge>
            {drift.column} {measured(drift.psi)}
          </>
        ) : (
          "–"
        )}
      </Table.Td>
    </Table.Tr>
  );
}
