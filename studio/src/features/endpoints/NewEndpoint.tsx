import { Button, Group, Modal, MultiSelect, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";

/** Starts an endpoint for some of the saved models. */
export function NewEndpoint() {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button onClick={open}>New endpoint</Button>
      <Modal opened={opened} onClose={close} title="New endpoint" closeButtonProps={{ "aria-label": "Close" }}>
        <Form />
      </Modal>
    </>
  );
}

function Form() {
  const models = useQuery(queries.savedModels());
  const [chosen, setChosen] = useState<string[]>([]);
  const [name, setName] = useState("");
  const [workers, setWorkers] = useState<number | string>(1);
  const [port, setPort] = useState<number | string>("");
  const navigate = useNavigate();
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/endpoints", {
          body: { models: chosen, name: name || null, workers: Number(workers) || 1, port: Number(port) || 0 },
        }),
      ),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["endpoints"] });
      void navigate(`/endpoints/${made.name}`);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <Stack>
        <MultiSelect
          label="Saved models"
          description="Their active versions answer, each under its name"
          required
          data={models.data?.map((one) => ({ value: one.saved_model_id, label: one.name })) ?? []}
          value={chosen}
          onChange={setChosen}
          searchable
          data-autofocus
        />
        <TextInput
          label="Name"
          description="Lower-case letters, digits and hyphens; of the model where empty"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group grow align="flex-start">
          <NumberInput label="Processes" description="That share the port" min={1} max={64} value={workers} onChange={setWorkers} />
          <NumberInput label="Port" description="Any free one where empty" min={1} max={65535} value={port} onChange={setPort} />
        </Group>
        <Text size="sm" c="dimmed">
          It listens on this machine only, as a process of its own that goes on when the studio ends.
        </Text>
        {start.isError && <Failure error={start.error} />}
        <Button type="submit" disabled={chosen.length === 0} loading={start.isPending}>
          Start
        </Button>
      </Stack>
    </form>
  );
}
