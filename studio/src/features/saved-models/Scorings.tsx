import { Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { count } from "@/shared/format/numbers";
import { Download, JobPanel, useJobs } from "./Jobs";
import type { ModelJob, SavedModel } from "./queries";
import { ScoreForm } from "./ScoreForm";

/** Rows that a saved model has scored, and a form to score others. */
export function Scorings({ model }: { model: SavedModel }) {
  const jobs = useJobs(model, "scoring");
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <ScoreForm model={model} />
      <Stack gap="xs" component="section" aria-label="Scored rows">
        <Title order={2} size="h4">
          Scored rows
        </Title>
        {jobs.length === 0 && <Text size="sm">Nothing was scored here yet.</Text>}
        {jobs.map((job) => (
          <JobPanel key={job.job_id} job={job}>
            {job.status === "finished" && <Results job={job} />}
          </JobPanel>
        ))}
      </Stack>
    </SimpleGrid>
  );
}

const rows = (number: number | null | undefined, kind: string) => `${count(number)} ${kind} ${number === 1 ? "row" : "rows"}`;

function Results({ job }: { job: ModelJob }) {
  const base = `/api/v1/model-jobs/${job.job_id}`;
  return (
    <Group gap="lg">
      <Download href={`${base}/output`}>Download {rows(job.scored_rows, "scored")}</Download>
      {job.rejected_rows ? (
        <Download href={`${base}/rejected`}>Download {rows(job.rejected_rows, "rejected")}</Download>
      ) : (
        <Text size="sm" c="dimmed">
          No row was rejected
        </Text>
      )}
    </Group>
  );
}
