import { Anchor, Badge, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { queries } from "@/shared/api/queries";
import { Ago } from "@/shared/format/Ago";
import { Failure } from "@/shared/format/failure";
import { measured } from "@/shared/format/numbers";
import { PageTitle } from "@/shared/format/PageTitle";
import { activeOf, type SavedModel } from "./queries";
import { ScrolledTable } from "./ScrolledTable";

const COLUMNS = ["Name", "Predicts", "Active version", "Measured", "Deployed", "Versions"];

export default function SavedModelsPage() {
  const models = useQuery(queries.savedModels());
  if (models.isError) return <Failure error={models.error} />;
  return (
    <>
      <PageTitle title="Saved models" note="Deployed models and their versions; the active one predicts" />
      {models.data?.length === 0 && <Nothing />}
      {models.data !== undefined && models.data.length > 0 && (
        <ScrolledTable label="Saved models" minWidth={680} columns={COLUMNS}>
          {models.data.map((model) => (
            <Line key={model.saved_model_id} model={model} />
          ))}
        </ScrolledTable>
      )}
    </>
  );
}

function Line({ model }: { model: SavedModel }) {
  const active = activeOf(model);
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Anchor component={Link} to={`/saved-models/${model.saved_model_id}`} fw={600}>
          {model.name}
        </Anchor>
      </Table.Th>
      <Table.Td>{active?.target ? `${active.target} (${active.prediction_type})` : "–"}</Table.Td>
      <Table.Td>
        <Badge color="teal" variant="light">
          {model.active_version}
        </Badge>
      </Table.Td>
      <Table.Td className="numeric">{active?.metric ? `${active.metric} ${measured(active.metric_value)}` : "–"}</Table.Td>
      <Table.Td>{active && <Ago moment={active.created_at} />}</Table.Td>
      <Table.Td className="numeric">{model.versions.length}</Table.Td>
    </Table.Tr>
  );
}

function Nothing() {
  return (
    <Paper withBorder p="lg" maw={640}>
      <Stack gap="xs">
        <Title order={2} size="h4">
          Nothing is deployed yet
        </Title>
        <Text size="sm">
          A saved model is a trained model under a name of its own. It scores new rows, is evaluated on them, trained again on
          newer data, and exported.
        </Text>
        <Text size="sm" component="ol" style={{ margin: 0, paddingLeft: 20 }}>
          <li>
            Open a <Anchor component={Link} to="/" underline="always">project</Anchor>, choose a task, or a sample, and train it.
          </li>
          <li>Open the report of the model that you like best.</li>
          <li>Press Deploy there, and give it a name.</li>
        </Text>
      </Stack>
    </Paper>
  );
}
