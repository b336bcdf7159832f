import { Button, Loader, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { type TaskIds, taskKey } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { measured } from "@/shared/format/numbers";
import { Problems } from "./ArchitectureSection";
import type { DesignDraft } from "./draft";

const SHOWN = 12;

/** What becomes of the first five rows; made anew once a change is saved. */
export function Preview({ draft, column, task }: { draft: DesignDraft; column: string; task: TaskIds }) {
  const [wanted, setWanted] = useState(false);
  const entry = JSON.stringify(draft.value(["features", column]));
  const found = useQuery({
    queryKey: ["preview", taskKey(task), column, entry, draft.revision],
    enabled: wanted && !draft.isDirty,
    queryFn: () =>
      unwrap(
        api.POST("/api/v1/tasks/{analysis_id}/{mltask_id}/preview", {
          params: { path: task, query: { column } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!wanted) {
    return (
      <Button variant="default" onClick={() => setWanted(true)}>
        Preview five rows
      </Button>
    );
  }
  if (found.isError) return <Failure error={found.error} />;
  if (found.data === undefined) {
    return (
      <Text size="sm" role="status">
        <Loader size="xs" /> Preprocessing five rows…
      </Text>
    );
  }
  const { before = [], after = [], columns = [], shape = [], dtype, input, problems = [] } = found.data;
  if (problems.length) return <Problems problems={problems} />;
  return (
    <Stack gap={4}>
      <Text size="sm">
        Goes to <code>{input}</code> as ({shape.join(", ")}) {dtype}
      </Text>
      <Table.ScrollContainer minWidth={200}>
        <Table withTableBorder aria-label={`Preview of ${column}`} className="numeric">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{column}</Table.Th>
              {columns.length > 0 ? (
                columns.slice(0, SHOWN).map((name) => <Table.Th key={name}>{name}</Table.Th>)
              ) : (
                <Table.Th>Numbers</Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {before.map((value, at) => (
              // The rows have no other name than their place.
              // eslint-disable-next-line react/no-array-index-key
              <Table.Tr key={at}>
                <Table.Td>{value ?? "missing"}</Table.Td>
                {columns.length > 0 ? (
                  after[at]?.slice(0, SHOWN).map((number, place) => <Table.Td key={columns[place]}>{measured(number)}</Table.Td>)
                ) : (
                  <Table.Td>{after[at]?.slice(0, SHOWN).map(measured).join(", ")}</Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {columns.length > SHOWN && <Text size="sm">and {columns.length - SHOWN} more</Text>}
    </Stack>
  );
}
