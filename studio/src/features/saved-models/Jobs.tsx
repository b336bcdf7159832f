import { Alert, Anchor, Button, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, unwrap } from "@/shared/api/client";
import { Ago } from "@/shared/format/Ago";
import { count } from "@/shared/format/numbers";
import { type ModelJob, modelQueries, type SavedModel } from "./queries";

/** The scorings or evaluations of a saved model, the newest first. */
export function useJobs(model: SavedModel, kind: ModelJob["kind"]): ModelJob[] {
  const jobs = useQuery(modelQueries.jobs());
  return (jobs.data ?? []).filter((one) => one.kind === kind && one.model.startsWith(`${model.saved_model_id}/`));
}

/** A scoring or an evaluation: how far it is, or how it ended. */
export function JobPanel({ job, children }: { job: ModelJob; children?: ReactNode }) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/model-jobs/{job_id}/cancel", { params: { path: { job_id: job.job_id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["model-jobs"] }),
  });
  const version = job.model.split("/").at(-1);
  const name = `${job.input} by ${version}`;
  return (
    <Paper withBorder p="sm" component="section" aria-label={name}>
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
            <Text size="sm" fw={600}>
              {name}
            </Text>
            <Text size="xs" c="dimmed" span>
              <Ago moment={job.created_at} />, {howFar(job)}
            </Text>
          </div>
          {job.status === "running" && (
            <Button size="compact-sm" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              Cancel
            </Button>
          )}
        </Group>
        {job.status === "running" && <Progress aria-label={`Progress of ${name}`} value={100 * job.share} animated />}
        {job.status === "failed" && (
          <Alert color="red" title={job.error ?? "It failed."} style={{ whiteSpace: "pre-line" }}>
            {job.fix && <Text size="sm">{job.fix}</Text>}
          </Alert>
        )}
        {children}
      </Stack>
    </Paper>
  );
}

function howFar(job: ModelJob): string {
  if (job.status !== "running") {
    const rows = job.status === "finished" ? `, ${count(job.done_rows)} rows` : "";
    const speed = job.status === "finished" && job.rows_per_second > 0 ? `, ${count(Math.round(job.rows_per_second))} a second` : "";
    return `${job.status}${rows}${speed}`;
  }
  if (job.done_rows === 0) return "the model is being loaded";
  return `${count(job.done_rows)}${job.total_rows === null ? "" : ` of ${count(job.total_rows)}`} rows, ${Math.round(100 * job.share)} %`;
}

/** A file that the server offers. */
export function Download({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Anchor size="sm" href={href} download>
      {children}
    </Anchor>
  );
}
