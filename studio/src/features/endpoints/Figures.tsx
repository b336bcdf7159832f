import { Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Failure } from "@/shared/format/failure";
import { count, shortDuration } from "@/shared/format/numbers";
import { endpointQueries } from "./queries";

const QUANTILES = [["0.5", "Median"], ["0.95", "95 %"], ["0.99", "99 %"]] as const;

/** What the endpoint has counted, version by version. */
export function Figures({ name }: { name: string }) {
  const found = useQuery(endpointQueries.figures(name));
  if (found.isError) return <Failure error={found.error} />;
  const figures = found.data?.figures.filter((one) => one.version !== "" || one.model !== "") ?? [];
  return (
    <section aria-labelledby="figures">
      <Title order={2} size="h4" id="figures">
        Figures since it was started
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        As /metrics tells Prometheus. Latencies are as fine as its buckets.
      </Text>
      {found.data && figures.length === 0 && <Text size="sm">No request yet.</Text>}
      {figures.length > 0 && (
        <Table.ScrollContainer minWidth={720} type="native">
          <Table withTableBorder className="numeric">
            <Table.Thead>
              <Table.Tr>
                {["Model", "Version", "Requests", "Refused", "Failed", "Rows", "Waiting"].map((one) => (
                  <Table.Th key={one}>{one}</Table.Th>
                ))}
                {QUANTILES.map(([key, label]) => (
                  <Table.Th key={key}>{label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {figures.map((one) => (
                <Table.Tr key={`${one.model} ${one.version}`}>
                  <Table.Td>{one.model}</Table.Td>
                  <Table.Td>{one.version || "none"}</Table.Td>
                  <Table.Td>{count(one.requests)}</Table.Td>
                  <Table.Td>{count(one.refused)}</Table.Td>
                  <Table.Td>{count(one.failed)}</Table.Td>
                  <Table.Td>{count(one.rows)}</Table.Td>
                  <Table.Td>{count(one.queue_rows)}</Table.Td>
                  {QUANTILES.map(([key]) => (
                    <Table.Td key={key}>{latency(one.latency_seconds?.[key])}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}

const latency = (seconds: number | undefined) => (seconds === undefined ? "–" : shortDuration(seconds));
