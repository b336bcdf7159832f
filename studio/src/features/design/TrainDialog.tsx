import { Alert, Button, Group, Modal, Select, Skeleton, Stack, Table, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import { ApiError, api, type Schemas, unwrap } from "@/shared/api/client";
import { queries, type TaskIds, taskKey } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { useHotkey } from "@/shared/hotkeys/registry";
import { Problems } from "./ArchitectureSection";
import type { DesignDraft } from "./draft";
import { whatIsTrained, whichRows, whichSets } from "./plan";

export function TrainDialog({ opened, onClose, draft, task }: {
  opened: boolean;
  onClose: () => void;
  draft: DesignDraft;
  task: TaskIds;
}) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [column, setColumn] = useState<string | null>(null);
  const navigate = useNavigate();
  const client = useQueryClient();
  const train = useMutation({
    mutationFn: async () => {
      await draft.save();
      return unwrap(
        api.POST("/api/v1/tasks/{analysis_id}/{mltask_id}/sessions", {
          params: { path: task },
          body: { name: name || null, description: description || null, partition_by: column },
        }),
      );
    },
    onSuccess: async (session) => {
      await client.invalidateQueries({ queryKey: ["sessions", taskKey(task)] });
      setName("");
      setColumn(null);
      onClose();
      await navigate(`/tasks/${taskKey(task)}/result?session=${session.session_id}`);
    },
    onError: () => {},
  });
  const start = () => {
    if (!train.isPending) train.mutate();
  };
  useHotkey("start", start, opened);
  const problems = train.error instanceof ApiError ? train.error.problems : [];
  return (
    <Modal closeButtonProps={{ "aria-label": "Close" }} opened={opened} onClose={onClose} title="Train" size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <Stack>
          <TextInput
            label="Session name"
            placeholder="Session n"
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            autosize
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Submodels draft={draft} task={task} opened={opened} column={column} onChange={setColumn} />
          <WhatWillHappen draft={draft} task={task} opened={opened} column={column} />
          {problems.length > 0 ? (
            <Problems problems={problems} />
          ) : (
            train.isError && <Failure error={train.error} />
          )}
          {draft.problems.some((one) => one.severity === "error") && !train.isError && (
            <Alert color="yellow">
              <Text size="sm">The design has errors; they are marked in its sections.</Text>
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={train.isPending}>
              Start training
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Which column has a submodel for each of its values; none at first. */
function Submodels({ draft, task, opened, column, onChange }: {
  draft: DesignDraft;
  task: TaskIds;
  opened: boolean;
  column: string | null;
  onChange: (column: string | null) => void;
}) {
  const found = useQuery({ ...queries.plan(task, draft.revision), enabled: opened && !draft.isDirty });
  const columns = found.data?.plan?.partition_columns ?? [];
  if (!columns.length && column === null) return null;
  return (
    <Select
      label="One submodel for each value of"
      placeholder="no column"
      description={column === null ? undefined : "Each is a training of its own; the whole model, on all rows, comes last."}
      data={columns}
      value={column}
      onChange={onChange}
      clearable
      searchable
    />
  );
}

/** What is known of the training before it is begun. */
function WhatWillHappen({ draft, task, opened, column }: {
  draft: DesignDraft;
  task: TaskIds;
  opened: boolean;
  column: string | null;
}) {
  // What was typed last must be saved: the server looks at the files.
  const found = useQuery({ ...queries.plan(task, draft.revision), enabled: opened && !draft.isDirty });
  const runtime = useQuery({ ...queries.runtime(), enabled: opened });
  const plan = found.data?.plan;
  const queue = found.data?.queue;
  if (found.isError) return <Failure error={found.error} />;
  if (plan == null || queue === undefined) return <Skeleton height={96} visible={!found.data} />;
  const devices = (runtime.data?.devices ?? []).filter((one) => (plan.device === "auto" ? true : one.device === plan.device));
  const facts: [string, ReactNode][] = [
    ["Trains", whatIsTrained(plan, column)],
    ["Rows", whichRows(plan)],
    ["Prepared sets", whichSets(plan)],
    ["Backend", plan.backend === null ? plan.backend_reason : `${plan.backend}: ${plan.backend_reason}`],
    [
      "Device",
      devices.length
        ? devices.map((one) => (
            <div key={one.device}>
              {one.device === "cpu" ? `Processor, ${runtime.data?.cpus} cores` : `${one.device}, ${one.name}`}
              {one.load_percent !== null && `, ${Math.round(one.load_percent)} % busy`}, {((one.total_mb - one.used_mb) / 1024).toFixed(1)} GiB free
            </div>
          ))
        : plan.device,
    ],
    ["Queue", queueState(queue)],
  ];
  return (
    <>
      <Table variant="vertical" withTableBorder aria-label="What will be trained">
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={130}>{name}</Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {plan.unknown.map((one) => (
        <Text key={one} size="xs" c="dimmed">
          {one}
        </Text>
      ))}
    </>
  );
}

function queueState(queue: Schemas["QueueState"]): string {
  const waits = queue.running >= queue.limit || queue.waiting > 0;
  if (!waits) return "It starts at once";
  return `It waits: ${queue.running} of ${queue.limit} run${queue.waiting ? `, ${queue.waiting} before it` : ""}`;
}
