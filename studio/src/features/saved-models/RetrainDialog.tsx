import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, api, unwrap } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { DesignProblems } from "./DesignProblems";
import type { SavedModel, Version } from "./queries";
import { type Change, SettingFields } from "./SettingFields";
import { NO_SOURCE, sent, type Source } from "./source";
import { SourceFields } from "./SourceFields";
import { VersionSelect } from "./VersionSelect";

type Activate = "always" | "never" | "if-better";

const ACTIVATE: { value: Activate; label: string }[] = [
  { value: "if-better", label: "If it is better by the metric" },
  { value: "always", label: "Always" },
  { value: "never", label: "Never" },
];

/** Starts to train the design of a version again. */
export function RetrainDialog({ model, onClose }: { model: SavedModel; onClose: () => void }) {
  const [version, setVersion] = useState(model.active_version);
  const [source, setSource] = useState<Source>({ ...NO_SOURCE, way: "same" });
  const [changes, setChanges] = useState<Change[]>([]);
  const [activate, setActivate] = useState<Activate>("if-better");
  const client = useQueryClient();
  const chosen = model.versions.find((one) => one.version_id === version);
  const project = useProjectOf(chosen);
  const retrain = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/saved-models/{saved_model}/retrain", {
          params: { path: { saved_model: model.saved_model_id } },
          body: { version, activate, settings: settingsOf(changes), ...dataOf(source) },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["saved-models", "retrainings"] });
      onClose();
    },
    onError: () => {},
  });
  const problems = retrain.error instanceof ApiError ? retrain.error.problems : [];
  return (
    <Modal opened onClose={onClose} size="lg" title={`Retrain ${model.name}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!retrain.isPending) retrain.mutate();
        }}
      >
        <Stack>
          <VersionSelect model={model} label="Design of version" value={version} onChange={setVersion} />
          <SourceFields value={source} onChange={setSource} same="the same data" project={project} />
          <SettingFields version={chosen} changes={changes} onChange={setChanges} />
          <Select
            label="Make the new version active"
            allowDeselect={false}
            data={ACTIVATE}
            value={activate}
            onChange={(one) => setActivate((one as Activate | null) ?? activate)}
          />
          {problems.length > 0 ? <DesignProblems problems={problems} /> : retrain.isError && <Failure error={retrain.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={retrain.isPending} disabled={sent(source) === undefined}>
              Start retraining
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const settingsOf = (changes: Change[]) =>
  Object.fromEntries(changes.filter((one) => one.key.trim()).map((one) => [one.key.trim(), one.value]));

function dataOf(source: Source): { dataset?: string; path?: string } {
  const { dataset, path } = sent(source) ?? {};
  return { dataset, path };
}

/** The project of the task that a version was trained in. */
function useProjectOf(version: Version | undefined): string | undefined {
  const tasks = useQuery(queries.allTasks());
  return tasks.data?.find((one) => version?.session_reference.startsWith(`${one.reference}/`))?.project;
}
