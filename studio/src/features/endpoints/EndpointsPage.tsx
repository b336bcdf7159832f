import { Anchor, Code, Group, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { Ago } from "@/shared/format/Ago";
import { Failure } from "@/shared/format/failure";
import { PageTitle } from "@/shared/format/PageTitle";
import { EndpointActions } from "./EndpointActions";
import { Keys } from "./Keys";
import { NewEndpoint } from "./NewEndpoint";
import { endpointQueries } from "./queries";
import { told } from "./shares";
import { StatusBadge } from "./StatusBadge";

export default function EndpointsPage() {
  const endpoints = useQuery(endpointQueries.all());
  if (endpoints.isError && endpoints.data === undefined) return <Failure error={endpoints.error} />;
  return (
    <>
      <PageTitle title="Endpoints" note="Saved models behind HTTP ports of this machine, for other programs">
        <NewEndpoint />
      </PageTitle>
      {endpoints.data?.length === 0 && (
        <Text size="sm" mb="xl">
          No endpoint yet. Deploy a trained model from its report, then press New endpoint.
        </Text>
      )}
      {!!endpoints.data?.length && (
        <Table.ScrollContainer minWidth={640} type="native" mb="xl">
          <Table withTableBorder>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Endpoint</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Models and versions</Table.Th>
                <Table.Th>Address</Table.Th>
                <Table.Th>Started</Table.Th>
                <Table.Th>Actions</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {endpoints.data.map((one) => (
                <Table.Tr key={one.name}>
                  <Table.Td>
                    <Anchor component={Link} to={`/endpoints/${one.name}`} size="sm">
                      {one.name}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>
                    <StatusBadge status={one.status} />
                  </Table.Td>
                  <Table.Td>
                    {one.models.map((model) => (
                      <div key={model.saved_model_id}>
                        {model.name}
                        {model.active_version === null ? ", deleted" : `: ${told(model.shares)}`}
                      </div>
                    ))}
                  </Table.Td>
                  <Table.Td>{one.address && <Code>{one.address}</Code>}</Table.Td>
                  <Table.Td>{one.started_at && <Ago moment={one.started_at} />}</Table.Td>
                  <Table.Td>
                    <Group gap={6}>
                      <EndpointActions endpoint={one} />
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Keys />
    </>
  );
}
