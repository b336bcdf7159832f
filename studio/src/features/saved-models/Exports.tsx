import { Button, Group, Paper, Radio, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { Failure } from "@/shared/format/failure";
import { ExportPanel } from "./ExportPanel";
import { modelQueries, type SavedModel } from "./queries";
import { VersionSelect } from "./VersionSelect";

/** Takes a version along to where there is no Hornbook. */
export function Exports({ model }: { model: SavedModel }) {
  const exports = useQuery(modelQueries.exports());
  const own = (exports.data ?? []).filter((one) => one.model.startsWith(`${model.saved_model_id}@`));
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <ExportForm model={model} />
      <Stack gap="xs" component="section" aria-label="Exports">
        <Title order={2} size="h4">
          Exports
        </Title>
        {own.length === 0 && <Text size="sm">Nothing was exported from here yet.</Text>}
        {own.map((one) => (
          <ExportPanel key={one.export_id} found={one} />
        ))}
      </Stack>
    </SimpleGrid>
  );
}

function ExportForm({ model }: { model: SavedModel }) {
  const [format, setFormat] = useState("python");
  const [version, setVersion] = useState(model.active_version);
  const formats = useQuery(modelQueries.formats());
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/exports", { body: { model: `${model.saved_model_id}@${version}`, format } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["exports"] }),
    onError: () => {},
  });
  return (
    <Paper
      withBorder
      p="md"
      component="form"
      aria-label="Export"
      onSubmit={(event) => {
        event.preventDefault();
        if (!start.isPending) start.mutate();
      }}
    >
      <Stack>
        <Title order={2} size="h4">
          Export
        </Title>
        <VersionSelect model={model} value={version} onChange={setVersion} />
        <Radio.Group label="Format" value={format} onChange={setFormat}>
          <Stack gap="xs" mt={4}>
            {formats.data?.map((one) => (
              <Radio key={one.name} value={one.name} label={one.name} description={one.description} />
            ))}
          </Stack>
        </Radio.Group>
        {start.isError && <Failure error={start.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={start.isPending}>
            Export
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
