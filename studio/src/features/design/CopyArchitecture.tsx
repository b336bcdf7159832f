import { Alert, Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { queries, type TaskIds, taskKey } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";

const FILE = "architecture.py";

type Props = { task: TaskIds; code: string; onCode: (code: string) => void };

/** The two ways to share an architecture with another task: theirs here, or this one there. */
export function CopyArchitecture(props: Props) {
  return (
    <>
      <Copying {...props} direction="from" />
      <Copying {...props} direction="to" />
    </>
  );
}

function Copying({ task, code, onCode, direction }: Props & { direction: "from" | "to" }) {
  const [opened, { open, close }] = useDisclosure();
  const [chosen, setChosen] = useState<string | null>(null);
  const tasks = useQuery({ ...queries.allTasks(), enabled: opened });
  const others = (tasks.data ?? []).filter((one) => one.reference !== taskKey(task));
  const other = others.find((one) => one.reference === chosen);
  const copy = useMutation({
    mutationFn: async () => {
      if (other === undefined) return;
      const path = { analysis_id: other.analysis_id, mltask_id: other.mltask_id };
      const design = await unwrap(
        api.GET("/api/v1/tasks/{analysis_id}/{mltask_id}/design", { params: { path } }),
      );
      if (direction === "from") onCode(design.files[FILE] ?? "");
      else {
        const body = { revision: design.revision, files: { [FILE]: code }, settings: [] };
        await unwrap(api.PATCH("/api/v1/tasks/{analysis_id}/{mltask_id}/design", { params: { path }, body }));
      }
    },
    onSuccess: () => {
      const message =
        direction === "from"
          ? `The architecture is that of ${other?.name} now; the editor's undo brings yours back.`
          : `${other?.name} has this architecture now. Validate it there: its inputs are its own.`;
      notifications.show({ title: "Copied", message });
      close();
    },
  });
  const title = direction === "from" ? "Copy from another task" : "Copy to another task";
  return (
    <>
      <Button variant="default" onClick={open} aria-label={title}>
        {direction === "from" ? "Copy from" : "Copy to"}
      </Button>
      <Modal closeButtonProps={{ "aria-label": "Close" }} opened={opened} onClose={close} title={title}>
        <Stack>
          <Text size="sm">
            {direction === "from"
              ? "The other task's architecture.py takes the place of this one."
              : "This architecture.py takes the place of the other task's, as it stands here."}
          </Text>
          {tasks.data !== undefined && others.length === 0 ? (
            <Alert color="gray">There is no other task. Create one with Predict a column of a dataset.</Alert>
          ) : (
            <Select
              label="Task"
              placeholder="Choose a task"
              searchable
              data={others.map((one) => ({ value: one.reference, label: `${one.name} (${one.project}, ${one.reference})` }))}
              value={chosen}
              onChange={setChosen}
            />
          )}
          {copy.isError && <Failure error={copy.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button disabled={other === undefined} loading={copy.isPending} onClick={() => copy.mutate()}>
              Copy
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
