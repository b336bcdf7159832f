import { ActionIcon, Button, Group, Menu, Modal, TextInput } from "@mantine/core";
import { IconArrowBackUp, IconDotsVertical } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/shared/api/client";
import { Failure } from "@/shared/format/failure";
import { ConfirmDialog } from "./ConfirmDialog";
import type { SavedModel } from "./queries";

/** What is done with a saved model as a whole. */
export function ModelActions({ model }: { model: SavedModel }) {
  const [asked, setAsked] = useState<"rename" | "delete" | null>(null);
  const navigate = useNavigate();
  const client = useQueryClient();
  const path = { saved_model: model.saved_model_id };
  const refresh = () => client.invalidateQueries({ queryKey: ["saved-models"] });
  const rollBack = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/saved-models/{saved_model}/rollback", { params: { path } })),
    onSuccess: refresh,
  });
  const remove = async () => {
    await unwrap(api.DELETE("/api/v1/saved-models/{saved_model}", { params: { path } }));
    await navigate("/saved-models");
    client.removeQueries({ queryKey: ["saved-models", "model", model.saved_model_id] });
    await refresh();
  };
  const close = () => setAsked(null);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconArrowBackUp size={16} aria-hidden />}
        disabled={model.previous_version === null}
        loading={rollBack.isPending}
        onClick={() => rollBack.mutate()}
      >
        {model.previous_version === null ? "Roll back" : `Roll back to ${model.previous_version}`}
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={`More of ${model.name}`}>
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsked("rename")}>Rename</Menu.Item>
          <Menu.Item onClick={() => setAsked("delete")}>Delete</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked === "rename" && <RenameDialog model={model} onClose={close} />}
      {asked === "delete" && (
        <ConfirmDialog title={`Delete ${model.name}?`} action="Delete" onConfirm={remove} onClose={close}>
          {`All ${model.versions.length} of its versions and their evaluations go. The sessions that trained them stay.`}
        </ConfirmDialog>
      )}
    </>
  );
}

function RenameDialog({ model, onClose }: { model: SavedModel; onClose: () => void }) {
  const [name, setName] = useState(model.name);
  const client = useQueryClient();
  const rename = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH("/api/v1/saved-models/{saved_model}", {
          params: { path: { saved_model: model.saved_model_id } },
          body: { name },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["saved-models"] });
      onClose();
    },
    onError: () => {},
  });
  return (
    <Modal opened onClose={onClose} title={`Rename ${model.name}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <TextInput label="Name" required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
        {rename.isError && <Failure error={rename.error} />}
        <Group justify="flex-end" mt="md">
          <Button type="submit" loading={rename.isPending}>
            Rename
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
