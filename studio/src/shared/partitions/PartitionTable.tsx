import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { count, measured } from "@/shared/format/numbers";
import { isCompared, type PartitionReport, sessionPage, whoAnswers } from "./partitions";

/** A row for each value of the column: its rows, and what its submodel is worth on its test rows. */
export function PartitionTable({ report }: { report: PartitionReport }) {
  const compares = isCompared(report);
  const together = report.metric === null ? null : report.pooled[report.metric];
  return (
    <>
      <Table.ScrollContainer minWidth={480}>
        <Table withTableBorder aria-label="Partitions">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{report.column}</Table.Th>
              <Table.Th ta="right">Rows</Table.Th>
              <Table.Th ta="right">Test rows</Table.Th>
              <Table.Th ta="right">{report.metric ?? "Metric"}</Table.Th>
              {compares && <Table.Th ta="right">Whole model</Table.Th>}
              <Table.Th>Answered by</Table.Th>
              <Table.Th>Session</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numeric">
            {report.partitions.map((one) => (
              <Table.Tr key={one.value}>
                <Table.Td>{one.value}</Table.Td>
                <Table.Td ta="right">{count(one.rows)}</Table.Td>
                <Table.Td ta="right">{count(one.test_rows)}</Table.Td>
                <Table.Td ta="right">{measured(one.metric_value)}</Table.Td>
                {compares && <Table.Td ta="right">{measured(one.whole_value)}</Table.Td>}
                <Table.Td>{whoAnswers(one)}</Table.Td>
                <Table.Td>
                  <Anchor component={Link} size="sm" to={sessionPage(one)} aria-label={`Session of ${one.value}`}>
                    {one.session.split("/").at(-1)}
                  </Anchor>
                </Table.Td>
              </Table.Tr>
            ))}
            {together != null && (
              <Table.Tr fw={700}>
                <Table.Td>Together</Table.Td>
                <Table.Td />
                <Table.Td ta="right">{count(report.pooled_rows)}</Table.Td>
                <Table.Td ta="right">{measured(together)}</Table.Td>
                {compares && <Table.Td ta="right">{measured(report.whole[report.metric ?? ""])}</Table.Td>}
                <Table.Td />
                <Table.Td />
              </Table.Tr>
            )}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed" mt={4}>
        Each submodel is measured on the test rows of its own value.{" "}
        {compares
          ? "The whole model has not learnt from any of these rows either."
          : "The whole model is not shown beside it, since it has learnt from some of these rows."}
      </Text>
    </>
  );
}
