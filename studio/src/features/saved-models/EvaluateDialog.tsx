import { Button, Checkbox, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { Failure } from "@/shared/format/failure";
import type { SavedModel } from "./queries";
import { NO_SOURCE, sent } from "./source";
import { SourceFields } from "./SourceFields";
import { VersionSelect } from "./VersionSelect";

export function EvaluateDialog({ model, onClose }: { model: SavedModel; onClose: () => void }) {
  const [source, setSource] = useState(NO_SOURCE);
  const [version, setVersion] = useState(model.active_version);
  const [withRows, setWithRows] = useState(false);
  const client = useQueryClient();
  const rows = sent(source);
  const evaluate = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/saved-models/{saved_model_id}/evaluations", {
          params: { path: { saved_model_id: model.saved_model_id } },
          body: { ...rows, version, with_rows: withRows },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["model-jobs"] });
      onClose();
    },
    onError: () => {},
  });
  return (
    <Modal opened onClose={onClose} title={`Evaluate ${model.name}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!evaluate.isPending && rows !== undefined) evaluate.mutate();
        }}
      >
        <Stack>
          <SourceFields value={source} onChange={setSource} />
          <VersionSelect model={model} value={version} onChange={setVersion} />
          <Checkbox
            label="Keep each row with its prediction"
            description="As a file beside the evaluation"
            checked={withRows}
            onChange={(event) => setWithRows(event.currentTarget.checked)}
          />
          {evaluate.isError && <Failure error={evaluate.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={evaluate.isPending} disabled={rows === undefined}>
              Start evaluation
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
