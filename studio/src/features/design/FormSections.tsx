import { Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { queries } from "@/shared/api/queries";
import type { JsonSchema } from "@/shared/form/schema";
import { count } from "@/shared/format/numbers";
import type { SectionProps } from "./DesignPage";
import { SettingsForm } from "./SettingsForm";

export function useDesignSchema() {
  const found = useQuery(queries.schema());
  return { schema: found.data?.settings as JsonSchema | undefined, all: found.data };
}

export function TargetSection({ draft }: SectionProps) {
  const { schema } = useDesignSchema();
  if (schema === undefined) return null;
  const outputs = Object.keys((draft.value(["outputs"]) as object | undefined) ?? {});
  return (
    <>
      <Title order={2} size="h4" mb="sm">
        Target
      </Title>
      {outputs.length === 0 ? (
        <SettingsForm draft={draft} root={schema} path={["target"]} />
      ) : (
        <Text size="sm" mb="md">
          This network has {outputs.length} outputs ({outputs.join(", ")}); they are written in
          task.toml, under All settings.
        </Text>
      )}
      <SettingsForm draft={draft} root={schema} path={["dataset"]} />
    </>
  );
}

export function TrainTestSection({ draft }: SectionProps) {
  const { schema } = useDesignSchema();
  if (schema === undefined) return null;
  return (
    <>
      <Title order={2} size="h4" mb="sm">
        Train / Test set
      </Title>
      {draft.rows !== null && (
        <Text size="sm" mb="sm">
          The table has {count(draft.rows)} rows.
        </Text>
      )}
      <SettingsForm draft={draft} root={schema} path={["split"]} />
      <SettingsForm draft={draft} root={schema} path={["sampling"]} />
      <SettingsForm draft={draft} root={schema} path={["test_sampling"]} />
      <SettingsForm draft={draft} root={schema} path={[]} only={["seed"]} title="Reproducible" />
    </>
  );
}

export function MetricsSection({ draft }: SectionProps) {
  const { schema, all } = useDesignSchema();
  if (schema === undefined) return null;
  const kind = draft.value(["target", "type"]);
  const metrics = (all?.metrics ?? []).filter((one) => one.prediction_type === kind);
  return (
    <>
      <Title order={2} size="h4" mb="sm">
        Metrics
      </Title>
      <SettingsForm
        draft={draft}
        root={schema}
        path={["metrics"]}
        choices={{ optimize: metrics.map((one) => one.name) }}
      />
      <Table mb="md" withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Measured after every epoch</Table.Th>
            <Table.Th>What it tells</Table.Th>
            <Table.Th>Better is</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {metrics.map((one) => (
            <Table.Tr key={one.name}>
              <Table.Td>{one.name}</Table.Td>
              <Table.Td>{one.description}</Table.Td>
              <Table.Td>{one.greater_is_better ? "greater" : "less"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <SettingsForm draft={draft} root={schema} path={["weights"]} />
      <SettingsForm draft={draft} root={schema} path={["calibration"]} />
      <SettingsForm draft={draft} root={schema} path={["prediction_intervals"]} />
    </>
  );
}
