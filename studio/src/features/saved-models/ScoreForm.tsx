import { Button, Checkbox, Group, NumberInput, Paper, Select, Stack, TagsInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import type { SavedModel } from "./queries";
import { NO_SOURCE, sent } from "./source";
import { SourceFields } from "./SourceFields";
import { VersionSelect } from "./VersionSelect";

type Format = "csv" | "parquet" | "jsonl";

const FORMATS: { value: Format; label: string }[] = [
  { value: "csv", label: "CSV" },
  { value: "parquet", label: "Parquet" },
  { value: "jsonl", label: "JSON lines" },
];

export function ScoreForm({ model }: { model: SavedModel }) {
  const [source, setSource] = useState(NO_SOURCE);
  const [version, setVersion] = useState(model.active_version);
  const [format, setFormat] = useState<Format>("csv");
  const [threshold, setThreshold] = useState<number | string>("");
  const [columns, setColumns] = useState<string[]>([]);
  const [probabilities, setProbabilities] = useState(true);
  const client = useQueryClient();
  const rows = sent(source);
  const suggested = useColumns(rows);
  const type = model.versions.find((one) => one.version_id === version)?.prediction_type;
  const score = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/saved-models/{saved_model_id}/scorings", {
          params: { path: { saved_model_id: model.saved_model_id } },
          body: {
            ...rows,
            version,
            format,
            threshold: type === "binary" && typeof threshold === "number" ? threshold : null,
            columns: columns.length ? columns : null,
            with_probabilities: probabilities,
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["model-jobs"] }),
    onError: () => {},
  });
  return (
    <Paper
      withBorder
      p="md"
      component="form"
      aria-label="Score rows"
      onSubmit={(event) => {
        event.preventDefault();
        if (!score.isPending && rows !== undefined) score.mutate();
      }}
    >
      <Stack>
        <Title order={2} size="h4">
          Score rows
        </Title>
        <SourceFields value={source} onChange={setSource} />
        <Group grow align="flex-start">
          <VersionSelect model={model} value={version} onChange={setVersion} />
          <Select label="Format of the result" allowDeselect={false} data={FORMATS} value={format} onChange={(one) => setFormat((one as Format | null) ?? format)} />
        </Group>
        {type === "binary" && (
          <NumberInput label="Threshold" description="Of the model where empty" min={0} max={1} step={0.05} value={threshold} onChange={setThreshold} />
        )}
        <TagsInput
          label="Columns to keep"
          description="Of the input, beside the predictions; all where empty"
          data={suggested}
          value={columns}
          onChange={setColumns}
        />
        {type !== "regression" && (
          <Checkbox label="With the probability of each class" checked={probabilities} onChange={(event) => setProbabilities(event.currentTarget.checked)} />
        )}
        {score.isError && <Failure error={score.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={score.isPending} disabled={rows === undefined}>
            Score
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

/** The columns of the chosen dataset. */
function useColumns(rows: ReturnType<typeof sent>): string[] {
  const { project = "", dataset } = rows ?? {};
  const found = useQuery({ ...queries.dataset(project, dataset ?? ""), enabled: dataset !== undefined });
  return found.data?.columns?.map((one) => one.name) ?? [];
}
