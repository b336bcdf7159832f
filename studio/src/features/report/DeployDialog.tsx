import { Autocomplete, Button, Group, Modal, Select, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/shared/api/client";
import { queries, type SessionIds } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";

type Activate = "always" | "never" | "if-better";

const ACTIVATE: { value: Activate; label: string }[] = [
  { value: "always", label: "Always" },
  { value: "if-better", label: "If it is better by the metric" },
  { value: "never", label: "Never" },
];

/** Makes a model a saved model, or a new version of one. */
export function DeployDialog({ ids, onClose }: { ids: SessionIds; onClose: () => void }) {
  const [name, setName] = useState("");
  const [activate, setActivate] = useState<Activate>("always");
  const navigate = useNavigate();
  const client = useQueryClient();
  const known = useQuery(queries.savedModels()).data?.map((one) => one.name) ?? [];
  const isKnown = known.includes(name.trim());
  const deploy = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/deploy", {
          params: { path: ids },
          body: { name: name.trim(), activate },
        }),
      ),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["saved-models"] });
      notifications.show({ title: `${made.version_id} of ${name.trim()} is ${made.active ? "active" : "not active"}`, message: made.reason });
      await navigate(`/saved-models/${made.saved_model_id}`);
    },
    onError: () => {},
  });
  return (
    <Modal opened onClose={onClose} title="Deploy as a saved model" closeButtonProps={{ "aria-label": "Close" }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!deploy.isPending) deploy.mutate();
        }}
      >
        <Stack>
          <Autocomplete
            label="Name"
            description={isKnown ? `It becomes a new version of ${name.trim()}` : "A new name makes a new saved model; one that is there gets a new version"}
            required
            data-autofocus
            data={known}
            value={name}
            onChange={setName}
          />
          {isKnown && (
            <Select
              label="Make the new version active"
              allowDeselect={false}
              data={ACTIVATE}
              value={activate}
              onChange={(one) => setActivate((one as Activate | null) ?? activate)}
            />
          )}
          {deploy.isError && <Failure error={deploy.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={deploy.isPending}>
              Deploy
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
