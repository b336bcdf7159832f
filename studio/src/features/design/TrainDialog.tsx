import { Alert, Button, Group, List, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ApiError, api, unwrap } from "@/shared/api/client";
import { queries, type TaskIds, taskKey } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { count } from "@/shared/format/numbers";
import { useHotkey } from "@/shared/hotkeys/registry";
import { Problems } from "./ArchitectureSection";
import type { DesignDraft } from "./draft";

export function TrainDialog({ opened, onClose, draft, task }: {
  opened: boolean;
  onClose: () => void;
  draft: DesignDraft;
  task: TaskIds;
}) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const navigate = useNavigate();
  const client = useQueryClient();
  const runtime = useQuery({ ...queries.runtime(), enabled: opened });
  const train = useMutation({
    mutationFn: async () => {
      await draft.save();
      return unwrap(
        api.POST("/api/v1/tasks/{analysis_id}/{mltask_id}/sessions", {
          params: { path: task },
          body: { name: name || null, description: description || null },
        }),
      );
    },
    onSuccess: async (session) => {
      await client.invalidateQueries({ queryKey: ["sessions", taskKey(task)] });
      setName("");
      onClose();
      await navigate(`/tasks/${taskKey(task)}/result?session=${session.session_id}`);
    },
    onError: () => {},
  });
  const start = () => {
    if (!train.isPending) train.mutate();
  };
  useHotkey("start", start, opened);
  const features = Object.values((draft.value(["features"]) ?? {}) as Record<string, { role?: string }>);
  const used = features.filter((one) => one.role !== "reject").length;
  const problems = train.error instanceof ApiError ? train.error.problems : [];
  const share = Number(draft.value(["split", "test_share"]) ?? 0.2);
  const hasTestFile = draft.value(["dataset", "test_path"]) != null;
  return (
    <Modal opened={opened} onClose={onClose} title="Train" size="lg">
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
          <List size="sm">
            <List.Item>
              1 model on {count(used)} features and {count(draft.rows)} rows
              {hasTestFile ? ", measured on the test file" : `, ${Math.round(100 * share)} % of them to measure on`}
            </List.Item>
            <List.Item>
              Backend {String(draft.value(["runtime", "backend"]) ?? "auto")}
              {runtime.data &&
                `, ${runtime.data.cpus} processors, ${runtime.data.gpus.length || "no"} graphics ${runtime.data.gpus.length === 1 ? "card" : "cards"}`}
            </List.Item>
            <List.Item>
              Preprocessed sets are re-used where data, split and features are as they were
            </List.Item>
            {runtime.data && (
              <List.Item>
                Up to {runtime.data.limit} {runtime.data.limit === 1 ? "training" : "trainings"} at
                once; further ones wait
              </List.Item>
            )}
          </List>
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
