import { Group, Radio, Select, Stack, TextInput } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { queries } from "@/shared/api/queries";
import { datasetKey, type Source } from "./source";

/** Chooses the rows for a model: a dataset, or a file on the server. */
export function SourceFields({ value, onChange, same, project }: {
  value: Source;
  onChange: (source: Source) => void;
  /** What the choice is called that names no other rows, where there is one. */
  same?: string;
  /** The only project whose datasets can be chosen. */
  project?: string;
}) {
  const datasets = useDatasets(project);
  const change = (some: Partial<Source>) => onChange({ ...value, ...some });
  return (
    <Stack gap="xs">
      <Radio.Group label="Rows of" value={value.way} onChange={(way) => change({ way: way as Source["way"] })}>
        <Group gap="lg" mt={4}>
          {same && <Radio value="same" label={same} />}
          <Radio value="dataset" label="a dataset" />
          <Radio value="path" label="a file on the server" />
        </Group>
      </Radio.Group>
      {value.way === "dataset" && (
        <Select
          label="Dataset"
          placeholder="Choose a dataset"
          searchable
          required
          nothingFoundMessage="There is no dataset of that name."
          data={datasets}
          value={value.dataset}
          onChange={(dataset) => change({ dataset })}
        />
      )}
      {value.way === "path" && (
        <TextInput
          label="Path"
          description="On the machine that the studio runs on: CSV, TSV, JSON lines, Parquet or Arrow"
          placeholder="/data/new-rows.csv"
          required
          value={value.path}
          onChange={(event) => change({ path: event.currentTarget.value })}
        />
      )}
    </Stack>
  );
}

/** The datasets of one or all projects, by project, for a list to choose from. */
function useDatasets(project: string | undefined) {
  const projects = useQuery(queries.projects());
  const some = (projects.data ?? []).filter((one) => project === undefined || one.key === project);
  const found = useQueries({ queries: some.map((one) => queries.datasets(one.key)) });
  return some.map((one, at) => ({
    group: one.name,
    items: (found[at]?.data ?? [])
      .filter((dataset) => dataset.state !== "failed")
      .map((dataset) => ({ value: datasetKey(one.key, dataset.name), label: dataset.name })),
  }));
}
