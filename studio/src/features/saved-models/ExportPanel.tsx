import { Alert, Button, Group, List, Paper, Progress, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "@/shared/api/client";
import { Ago } from "@/shared/format/Ago";
import { bytes } from "@/shared/format/numbers";
import { Download } from "./Jobs";

type Export = Schemas["ExportInfo"];

/** An export: that it is being made, its zip, or why there is none. */
export function ExportPanel({ found }: { found: Export }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/v1/exports/{export_id}", { params: { path: { export_id: found.export_id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["exports"] }),
  });
  const isOpen = found.status === "waiting" || found.status === "running";
  const name = `${found.format} of ${found.model.split("@").at(-1)}`;
  return (
    <Paper withBorder p="sm" component="section" aria-label={name}>
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text size="sm" fw={600}>
              {name}
            </Text>
            <Text size="xs" c="dimmed" span>
              <Ago moment={found.started_at} />, {found.status}
            </Text>
          </div>
          {!isOpen && (
            <Button size="compact-sm" variant="default" aria-label={`Remove ${name}`} loading={remove.isPending} onClick={() => remove.mutate()}>
              Remove
            </Button>
          )}
        </Group>
        {isOpen && <Progress aria-label={`Progress of ${name}`} value={100} animated striped />}
        {found.status === "failed" && <Refusal found={found} />}
        {found.status === "finished" && <Download href={`/api/v1/exports/${found.export_id}/file`}>Download zip, {bytes(found.size_bytes)}</Download>}
        {found.notes.length > 0 && (
          <List size="xs" c="dimmed">
            {found.notes.map((note) => (
              <List.Item key={note}>{note}</List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Paper>
  );
}

function Refusal({ found }: { found: Export }) {
  const [first = "It failed.", ...rest] = (found.error ?? "").split("\n").filter(Boolean);
  return (
    <Alert color="red" title={first}>
      {rest.length > 0 && (
        <List size="sm">
          {rest.map((line) => (
            <List.Item key={line}>{line.replace(/^\s*[-•]\s*/, "")}</List.Item>
          ))}
        </List>
      )}
      {found.fix && <Text size="sm">{found.fix}</Text>}
    </Alert>
  );
}
