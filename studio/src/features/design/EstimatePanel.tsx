import { Loader, Paper, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { bytes, count } from "@/shared/format/numbers";
import { durationRange, type MemoryNeed, memoryTotal, type RunEstimate, totalSeconds } from "./estimate";

/** The memory and the time of a training, and how they are known. */
export function EstimatePanel({ memory, run, measuring }: {
  memory: MemoryNeed | null;
  run: RunEstimate | undefined;
  measuring: boolean;
}) {
  const need = run?.memory ?? memory;
  if (need === null && run === undefined && !measuring) return null;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      {need && <Memory need={need} run={run} />}
      <Time run={run} measuring={measuring} />
    </SimpleGrid>
  );
}

function Memory({ need, run }: { need: MemoryNeed; run: RunEstimate | undefined }) {
  const facts: [string, string][] = [
    ["Weights", bytes(need.weights)],
    ["Their gradients", bytes(need.gradients)],
    ["Optimizer", bytes(need.optimizer)],
    [`Outputs of the layers, ${count(need.batch_size)} rows`, need.activations === null ? "the data decide" : bytes(need.activations)],
    [`Inputs, ${count(need.batch_size)} rows`, bytes(need.inputs)],
  ];
  return (
    <Panel title="Estimated memory" figure={`${need.activations === null ? "more than " : ""}${bytes(memoryTotal(need))}`}>
      <Facts facts={facts} />
      <Text size="xs" c="dimmed">
        Counted from the shapes: what a training step holds at once. What the backend needs to calculate in, and states
        inside of recurrent layers, come on top.
        {run?.process_bytes != null &&
          ` The process that measured had ${bytes(run.process_bytes)} at most, rows and libraries included.`}
      </Text>
    </Panel>
  );
}

function Time({ run, measuring }: { run: RunEstimate | undefined; measuring: boolean }) {
  if (run === undefined) {
    if (!measuring) return null;
    return (
      <Panel title="Estimated time" figure="">
        <Text size="sm" role="status">
          <Loader size="xs" /> Measuring a few steps…
        </Text>
      </Panel>
    );
  }
  if (run.unmeasured != null || run.epoch_seconds_low == null || run.epoch_seconds_high == null) {
    return (
      <Panel title="Estimated time" figure="not known">
        <Text size="sm">{run.unmeasured ?? "Nothing was measured."}</Text>
      </Panel>
    );
  }
  const total = totalSeconds(run);
  const steps = run.steps_per_epoch ?? 0;
  const facts: [string, string][] = [
    [`A step of ${count(run.batch_size)} rows`, durationRange(run.step_seconds_low ?? 0, run.step_seconds_high ?? 0)],
    [`An epoch of ${count(steps)} ${steps === 1 ? "step" : "steps"}`, durationRange(run.epoch_seconds_low, run.epoch_seconds_high)],
    ["Predicting the measured rows", durationRange(run.evaluation_seconds ?? 0, run.evaluation_seconds ?? 0)],
    ["The first step, which compiles", durationRange(run.first_step_seconds ?? 0, run.first_step_seconds ?? 0)],
    ["Preprocessing all rows once", durationRange(run.preparation_seconds ?? 0, run.preparation_seconds ?? 0)],
  ];
  const models = (run.models ?? 1) > 1 ? `${run.models} trainings of ` : "";
  return (
    <Panel
      title="Estimated time"
      figure={
        total === null
          ? `${durationRange(run.epoch_seconds_low, run.epoch_seconds_high)} an epoch`
          : `${durationRange(total[0], total[1])} for ${models}${count(run.epochs)} ${run.epochs === 1 ? "epoch" : "epochs"}`
      }
    >
      <Facts facts={facts} />
      <Text size="xs" c="dimmed">
        Measured just now on {run.backend}, with a few of your batches: the fastest and the slowest of three spans.
        Reading the data, fitting features and computing metrics come on top.
        {total === null && " How many epochs there are, fit_model decides."}
        {run.stops_early && " Early stopping may end it sooner."}
        {(run.others_running ?? 0) > 0 && ` Meanwhile ${run.others_running === 1 ? "a training" : `${run.others_running} trainings`} ran here, which slows it down.`}
      </Text>
    </Panel>
  );
}

function Panel({ title, figure, children }: { title: string; figure: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="xs">
        <div>
          <Title order={3} size="h6" c="dimmed" fw={500}>
            {title}
          </Title>
          {figure && (
            <Text fw={600} size="lg" className="numeric">
              {figure}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </Paper>
  );
}

function Facts({ facts }: { facts: [string, string][] }) {
  return (
    <Table withRowBorders={false} verticalSpacing={2} horizontalSpacing={0}>
      <Table.Tbody className="numeric">
        {facts.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={400}>
              {name}
            </Table.Th>
            <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
              {value}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
