import { Alert, Button, Code, CopyButton, Group, Select, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { Ago } from "@/shared/format/Ago";
import { Failure, showFailure } from "@/shared/format/failure";
import { endpointQueries } from "./queries";

/** The keys that open the endpoints of the workspace. */
export function Keys() {
  const keys = useQuery(endpointQueries.keys());
  const models = useQuery(queries.savedModels());
  const named = (id: string | null) =>
    id === null ? "all models" : (models.data?.find((one) => one.saved_model_id === id)?.name ?? id);
  return (
    <section aria-labelledby="keys">
      <Title order={2} size="h4" id="keys">
        API keys
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        Who asks an endpoint sends one. They are kept as hashes: a key is shown once.
      </Text>
      {keys.isError && <Failure error={keys.error} />}
      {!!keys.data?.length && (
        <Table withTableBorder mb="sm" maw={720}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Key</Table.Th>
              <Table.Th>Opens</Table.Th>
              <Table.Th>Made</Table.Th>
              <Table.Th>Actions</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {keys.data.map((one) => (
              <Table.Tr key={one.name}>
                <Table.Td>{one.name}</Table.Td>
                <Table.Td>{named(one.saved_model_id)}</Table.Td>
                <Table.Td>
                  <Ago moment={one.created_at} />
                </Table.Td>
                <Table.Td>
                  <Revoke name={one.name} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <AddKey models={models.data ?? []} />
    </section>
  );
}

function AddKey({ models }: { models: { saved_model_id: string; name: string }[] }) {
  const [name, setName] = useState("");
  const [model, setModel] = useState<string | null>(null);
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/endpoint-keys", { body: { name, model } })),
    onSuccess: () => {
      setName("");
      return client.invalidateQueries({ queryKey: ["endpoint-keys"] });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Group align="flex-end">
        <TextInput label="Name of the key" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Select
          label="Opens"
          placeholder="all models"
          clearable
          clearButtonProps={{ "aria-label": "Opens all models" }}
          data={models.map((one) => ({ value: one.saved_model_id, label: one.name }))}
          value={model}
          onChange={setModel}
        />
        <Button type="submit" variant="default" loading={add.isPending}>
          Make a key
        </Button>
      </Group>
      {add.isError && <Failure error={add.error} />}
      {add.data && (
        <Alert mt="sm" maw={720} color="teal" role="status" title={`The key ${add.data.name}, shown this once`}>
          <Group gap="xs">
            <Code style={{ overflowWrap: "anywhere" }}>{add.data.key}</Code>
            <CopyButton value={add.data.key}>
              {({ copied, copy }) => (
                <Button size="compact-sm" variant="default" onClick={copy}>
                  {copied ? "Copied" : "Copy key"}
                </Button>
              )}
            </CopyButton>
          </Group>
        </Alert>
      )}
    </form>
  );
}

function Revoke({ name }: { name: string }) {
  const [asked, setAsked] = useState(false);
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/endpoint-keys/{key}", { params: { path: { key: name } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["endpoint-keys"] }),
    onError: showFailure,
  });
  return (
    <Button
      size="compact-sm"
      variant={asked ? "filled" : "default"}
      color={asked ? "red" : undefined}
      loading={revoke.isPending}
      onBlur={() => setAsked(false)}
      onClick={() => (asked ? revoke.mutate() : setAsked(true))}
      aria-label={asked ? `Revoke for ever: ${name}` : `Revoke ${name}`}
    >
      {asked ? "Revoke for ever" : "Revoke"}
    </Button>
  );
}
