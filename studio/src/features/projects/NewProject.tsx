import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/shared/api/client";

export function NewProject() {
  const [opened, { open, close }] = useDisclosure();
  const [name, setName] = useState("");
  const navigate = useNavigate();
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/projects", { body: { name } })),
    onSuccess: async (project) => {
      await client.invalidateQueries({ queryKey: ["projects"] });
      close();
      await navigate(`/projects/${project.key}`);
    },
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        New project
      </Button>
      <Modal closeButtonProps={{ "aria-label": "Close" }} opened={opened} onClose={close} title="New project">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
          <TextInput
            label="Name"
            required
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end" mt="md">
            <Button type="submit" loading={create.isPending}>
              Create
            </Button>
          </Group>
        </form>
      </Modal>
    </>
  );
}
