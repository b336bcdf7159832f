import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { Failure, showFailure } from "@/shared/format/failure";

/** Tables that come with Hornbook, each one click away from a task that trains. */
export function SampleList({ project }: { project: string }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const samples = useQuery(queries.sampleTables());
  const bring = useMutation({
    mutationFn: (sample: string) =>
      unwrap(
        api.POST("/api/v1/projects/{project}/samples/{sample}", {
          params: { path: { project, sample } },
        }),
      ),
    onSuccess: async (task) => {
      await client.invalidateQueries();
      await navigate(`/tasks/${task.reference}/design`);
    },
    onError: showFailure,
  });
  if (samples.isError) return <Failure error={samples.error} />;
  return (
    <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
      {samples.data?.map((one) => (
        <li key={one.name}>
          <Group wrap="nowrap" align="flex-start" justify="space-between">
            <div>
              <Text size="sm">{one.description}</Text>
              <Text size="xs" c="dimmed">
                {one.source}
              </Text>
            </div>
            <Button
              size="xs"
              variant="default"
              style={{ flexShrink: 0 }}
              loading={bring.isPending && bring.variables === one.name}
              disabled={bring.isPending}
              onClick={() => bring.mutate(one.name)}
              aria-label={`Open the ${one.name.replaceAll("_", " and ")} sample`}
            >
              Open
            </Button>
          </Group>
        </li>
      ))}
    </Stack>
  );
}

/** The same, from a project that is not empty. */
export function SamplesButton({ project }: { project: string }) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" onClick={open}>
        Samples
      </Button>
      <Modal closeButtonProps={{ "aria-label": "Close" }} opened={opened} onClose={close} title="Sample projects" size="lg">
        <SampleList project={project} />
      </Modal>
    </>
  );
}
