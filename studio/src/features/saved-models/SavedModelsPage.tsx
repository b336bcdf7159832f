import { Anchor, Badge, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { queries } from "@/shared/api/queries";
import { Ago } from "@/shared/format/Ago";
import { Failure } from "@/shared/format/failure";
import { PageTitle } from "@/shared/format/PageTitle";

export default function SavedModelsPage() {
  const models = useQuery(queries.savedModels());
  if (models.isError) return <Failure error={models.error} />;
  return (
    <>
      <PageTitle title="Saved models" note="Deployed models and their versions; the active one predicts" />
      {models.data?.length === 0 && (
        <Text size="sm">Nothing is deployed yet. Open the report of a trained model and press Deploy.</Text>
      )}
      <Stack>
        {models.data?.map((model) => (
          <section key={model.saved_model_id}>
            <Title order={2} size="h4">
              {model.name}
            </Title>
            <Text size="sm" c="dimmed">
              {model.saved_model_id}
            </Text>
            <Table withTableBorder>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Version</Table.Th>
                  <Table.Th>Trained in</Table.Th>
                  <Table.Th>Deployed</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {model.versions.map((version) => {
                  const [analysis, task, session] = version.session_reference.split("/");
                  return (
                    <Table.Tr key={version.version_id}>
                      <Table.Td>
                        {version.version_id} {version.active && <Badge color="teal">active</Badge>}
                      </Table.Td>
                      <Table.Td>
                        <Anchor component={Link} to={`/tasks/${analysis}/${task}/models/${session}`}>
                          {version.session_reference}
                        </Anchor>
                      </Table.Td>
                      <Table.Td>
                        <Ago moment={version.created_at} />
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </section>
        ))}
      </Stack>
    </>
  );
}
