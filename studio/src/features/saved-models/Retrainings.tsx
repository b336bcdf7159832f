import { Anchor, Badge, Button, Group, Progress, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useAddress } from "@/shared/address/useAddress";
import type { Schemas } from "@/shared/api/client";
import { useProgress } from "@/shared/api/progress";
import { taskKey } from "@/shared/api/queries";
import { Ago } from "@/shared/format/Ago";
import { Failure } from "@/shared/format/failure";
import { measured } from "@/shared/format/numbers";
import { modelQueries, type SavedModel } from "./queries";
import { RetrainDialog } from "./RetrainDialog";
import { ScrolledTable } from "./ScrolledTable";

type Info = Schemas["RetrainingInfo"];

/** Trainings of a version's design that were to give a new version, and what came of them. */
export function Retrainings({ model }: { model: SavedModel }) {
  const { search, set } = useAddress();
  const found = useQuery(modelQueries.retrainings(model.saved_model_id));
  if (found.isError) return <Failure error={found.error} />;
  return (
    <Stack component="section" aria-label="Retraining" gap="xs">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Retraining
        </Title>
        <Button onClick={() => set("retrain", "1")}>Retrain</Button>
      </Group>
      {found.data?.length === 0 && (
        <Text size="sm">
          It was not trained again yet. Retrain takes the design of a version, on the same or on newer data, and makes a new version
          of what comes out.
        </Text>
      )}
      {found.data !== undefined && found.data.length > 0 && (
        <ScrolledTable label="Retrainings" minWidth={760} columns={["Session", "Started", "From", "Activate", "Progress", "Outcome"]}>
          {found.data.map((one) => (
            <Line key={one.session.reference} info={one} />
          ))}
        </ScrolledTable>
      )}
      {search.get("retrain") !== null && <RetrainDialog model={model} onClose={() => set("retrain", null)} />}
    </Stack>
  );
}

function Line({ info: { session, retraining } }: { info: Info }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Anchor component={Link} size="sm" to={`/tasks/${taskKey(session)}/result?session=${session.session_id}`}>
          {session.name} ({session.session_id})
        </Anchor>
      </Table.Th>
      <Table.Td>
        <Ago moment={session.created_at} />
      </Table.Td>
      <Table.Td>{retraining.from_version}</Table.Td>
      <Table.Td>{retraining.activate}</Table.Td>
      <Table.Td miw={150}>
        <How session={session} />
      </Table.Td>
      <Table.Td miw={220}>
        <Outcome retraining={retraining} isOpen={session.ended_at === null} />
      </Table.Td>
    </Table.Tr>
  );
}

function How({ session }: { session: Info["session"] }) {
  const progress = useProgress(session);
  if (session.status !== "running") return <Badge variant="light" color={session.status === "finished" ? "teal" : "gray"}>{session.status}</Badge>;
  const { epoch = 0, epochs = null } = progress ?? {};
  return (
    <>
      <Text size="xs">{epochs ? `Epoch ${epoch} of ${epochs}` : "running"}</Text>
      <Progress aria-label={`Progress of ${session.name}`} value={epochs ? (100 * epoch) / epochs : 0} animated />
    </>
  );
}

function Outcome({ retraining, isOpen }: { retraining: Info["retraining"]; isOpen: boolean }) {
  const { comparison } = retraining;
  if (retraining.reason === null) return <Text size="sm">{isOpen ? "It is being trained" : "The version is being made"}</Text>;
  return (
    <>
      <Text size="sm">
        {retraining.version_id !== null && (
          <Badge mr={6} variant="light" color={retraining.activated ? "teal" : "gray"}>
            {retraining.version_id} {retraining.activated ? "made active" : "not active"}
          </Badge>
        )}
        {retraining.reason}
      </Text>
      {comparison && (
        <Text size="xs" c="dimmed">
          {comparison.metric}: {measured(comparison.older)} of {comparison.version_id}, {measured(comparison.newer)} now, on{" "}
          {comparison.compared_on}
        </Text>
      )}
      {comparison?.notes.map((note) => (
        <Text key={note} size="xs" c="dimmed">
          {note}
        </Text>
      ))}
    </>
  );
}
