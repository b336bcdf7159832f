import { Group, Select, Switch, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { type SessionIds, sessionKey } from "@/shared/api/queries";
import { measured } from "@/shared/format/numbers";
import { usePages } from "@/shared/table/usePages";
import { VirtualTable } from "@/shared/table/VirtualTable";
import { type Detail, useOutput } from "./ReportPage";

type Sort = "error" | "prediction" | "truth" | "row";

export function PredictedData({ ids, detail }: { ids: SessionIds; detail: Detail }) {
  const { output, picker } = useOutput(detail);
  const [sort, setSort] = useState<Sort>("error");
  const [descending, setDescending] = useState(true);
  const fetchRows = (start: number, count: number) =>
    unwrap(
      api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/predictions", {
        params: { path: ids, query: { output, sort, descending, start, count } },
      }),
    );
  const key = ["predictions", sessionKey(ids), output, sort, descending];
  const first = useQuery({ queryKey: [...key, "first"], queryFn: () => fetchRows(0, 1) });
  const { row, onRange } = usePages(key, async (start, count) => (await fetchRows(start, count)).rows);
  const classes = first.data?.classes ?? [];
  const said = (value: unknown) => (typeof value === "number" ? measured(value) : value == null ? "–" : String(value));
  return (
    <>
      <Title order={2} size="h4" mb="sm">
        Predicted data
      </Title>
      {picker}
      <Group align="flex-end" mb="sm">
        <Select label="Sort by" allowDeselect={false} data={["error", "prediction", "truth", "row"]} value={sort} onChange={(value) => setSort(value as Sort)} />
        <Switch label="Greatest first" checked={descending} onChange={(event) => setDescending(event.currentTarget.checked)} />
      </Group>
      <VirtualTable
        label="Predicted rows"
        total={first.data?.total ?? 0}
        onRange={onRange}
        height={520}
        columns={[
          { key: "row", header: "Row", width: 90 },
          { key: "truth", header: "Truth", width: 140 },
          { key: "prediction", header: "Prediction", width: 140 },
          { key: "error", header: "Error", width: 120 },
          ...classes.map((name) => ({ key: `p ${name}`, header: `P(${name})`, width: 120 })),
        ]}
        row={(index) => {
          const one = row(index);
          return (
            one && [
              one.row,
              said(one.truth),
              said(one.prediction),
              said(one.error),
              ...classes.map((_, at) => said(one.probabilities?.[at])),
            ]
          );
        }}
      />
    </>
  );
}
