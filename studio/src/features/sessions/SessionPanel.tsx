import { Alert, Badge, Button, Group, List, Progress, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { IconTrophy } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { Link } from "react-router";
import { api, type Schemas, unwrap } from "@/shared/api/client";
import { pointsOf } from "@/shared/api/points";
import { useProgress } from "@/shared/api/progress";
import { queries, taskKey } from "@/shared/api/queries";
import { useCurveView } from "@/shared/charts/view";
import { count, duration, measured } from "@/shared/format/numbers";
import { LogView } from "@/shared/log/LogView";
import { SessionCharts, useEpochs } from "./SessionCharts";
import { TensorBoardFrame, TensorBoardSwitch } from "./TensorBoard";
import { StatusBadge, type Summary } from "./ResultPage";

export function SessionPanel({ session, search, set }: {
  session: Summary;
  search: URLSearchParams;
  set: (name: string, value: string | null) => void;
}) {
  const [view] = useCurveView();
  const found = useEpochs(session, view.x);
  const { points } = found;
  const detail = useQuery(queries.session(session));
  const board = search.get("tensorboard") === "1";
  const isOpen = session.status === "running" || session.status === "queued";
  const epochs = Math.max(0, ...Object.values(points.series).map((values) => values.length));
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={2} size="h4">
              {session.name}
            </Title>
            <StatusBadge session={session} />
            {epochs > 0 && <KeptEpoch session={session} />}
          </Group>
          {session.description && <Text size="sm">{session.description}</Text>}
        </div>
        <Group gap="xs">
          {isOpen && <Ending session={session} />}
          {epochs > 0 && <TensorBoardSwitch shown={board} onChange={(on) => set("tensorboard", on ? "1" : null)} />}
          {session.has_model && (
            <Button component={Link} to={`/tasks/${taskKey(session)}/models/${session.session_id}`}>
              Open report
            </Button>
          )}
        </Group>
      </Group>
      {isOpen && <Running session={session} />}
      {session.reason && (
        <Alert color={session.status === "failed" ? "red" : "gray"} title={`The training ${session.status}.`}>
          <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
            {session.reason}
          </Text>
        </Alert>
      )}
      {board && <TensorBoardFrame session={session} />}
      {(epochs > 0 || session.status === "running") && !board && <SessionCharts session={session} epochs={found} search={search} set={set} />}
      {detail.data && <Summaries detail={detail.data} />}
      <LogView session={session} />
    </Stack>
  );
}

function KeptEpoch({ session }: { session: Summary }) {
  const points = pointsOf(session.reference);
  const best = useSyncExternalStore(points.subscribe, points.getBestEpoch) ?? session.best_epoch;
  if (best === null) return null;
  return (
    <Badge color="yellow" variant="light" leftSection={<IconTrophy size={12} aria-hidden />}>
      Epoch {best} kept
    </Badge>
  );
}

function Running({ session }: { session: Summary }) {
  const progress = useProgress(session);
  if (session.status === "queued") return <Text size="sm">Waiting for its turn.</Text>;
  if (!progress?.epochs) return <Text size="sm">Preparing: reading, splitting, fitting features, building the network…</Text>;
  const done = progress.epoch;
  const inEpoch = progress.batches ? progress.batch / progress.batches : 0;
  const left = progress.seconds_per_epoch ? (progress.epochs - done - inEpoch) * progress.seconds_per_epoch : null;
  return (
    <div>
      <Group justify="space-between">
        <Text size="sm" role="status">
          Epoch {done} of {progress.epochs}
          {progress.fold != null && `, fold ${progress.fold} of ${progress.folds}`}
          {progress.batches ? `, batch ${count(progress.batch)} of ${count(progress.batches)}` : ""}
        </Text>
        {left !== null && left > 0 && <Text size="sm">about {duration(left)} left</Text>}
      </Group>
      <Progress.Root size="md" aria-hidden>
        <Progress.Section value={(100 * (done + inEpoch)) / progress.epochs} />
      </Progress.Root>
    </div>
  );
}

function Ending({ session }: { session: Summary }) {
  const stop = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/stop", { params: { path: session } })),
  });
  const abort = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/abort", { params: { path: session } })),
  });
  return (
    <>
      <Button variant="default" title="End after this batch and keep the best epoch" loading={stop.isPending || stop.isSuccess} onClick={() => stop.mutate()}>
        Stop
      </Button>
      <Button variant="light" color="red" title="End at once and keep nothing" loading={abort.isPending} onClick={() => abort.mutate()}>
        Abort
      </Button>
    </>
  );
}

function Summaries({ detail }: { detail: Schemas["SessionDetail"] }) {
  const { result, diagnostics, summary } = detail;
  if (result === null) return null;
  const metrics = Object.entries(result.metrics ?? {});
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      {metrics.length > 0 && (
        <Table withTableBorder>
          <Table.Caption>Metrics of the kept epoch on the test set</Table.Caption>
          <Table.Tbody className="numeric">
            {metrics.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={name === result.metric ? 700 : 400}>
                  {name}
                  {name === result.metric && " (chosen)"}
                </Table.Th>
                <Table.Td ta="right">{measured(value)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Stack gap="xs">
        <List size="sm">
          <List.Item>
            {count(summary.train_rows)} train rows, {count(summary.test_rows)} test rows
          </List.Item>
          {result.seconds?.fit !== undefined && (
            <List.Item>
              Trained in {duration(result.seconds.fit)}, {duration(result.seconds.total ?? 0)} in all
            </List.Item>
          )}
          <List.Item>
            {result.backend}: {result.backend_reason}
          </List.Item>
          {result.warnings?.map((warning) => (
            <List.Item key={warning}>{warning}</List.Item>
          ))}
        </List>
        {diagnostics.map((one) => (
          <Alert key={`${one.id}${one.message}`} color="yellow" title={one.message}>
            <Text size="sm">{one.fix}</Text>
          </Alert>
        ))}
      </Stack>
    </SimpleGrid>
  );
}
