import { Button, Checkbox, Group, Text, Title } from "@mantine/core";
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { useAddress } from "@/shared/address/useAddress";
import { api, unwrap } from "@/shared/api/client";
import { PartitionTable } from "@/shared/partitions/PartitionTable";
import { ColumnPicker, useColumnChoice } from "@/shared/table/ColumnPicker";
import { arranged } from "@/shared/table/columns";
import { VirtualTable } from "@/shared/table/VirtualTable";
import { ConfirmDialog } from "./ConfirmDialog";
import { activeOf, modelQueries, type SavedModel, type Version } from "./queries";
import { columnsOf, hiddenOf, sortedBy } from "./versionColumns";

const ROW = 40;

/** All versions of a saved model; marked ones are compared. */
export function Versions({ model }: { model: SavedModel }) {
  const { search, set } = useAddress();
  const [deleted, setDeleted] = useState<Version | null>(null);
  const client = useQueryClient();
  const data = useDataOf(model);
  const all = useMemo(() => columnsOf(model, data, setDeleted), [model, data]);
  const [choice, setChoice, reset] = useColumnChoice("versions", hiddenOf(model));
  const columns = arranged(all, choice).filter((one) => !choice.hidden.includes(one.key));
  const sort = search.get("sort") ?? "-version";
  const isDown = sort.startsWith("-");
  const sortKey = sort.replace(/^-/, "");
  const rows = sortedBy(model.versions, all.find((one) => one.key === sortKey)?.by, isDown);
  const [chosen, setChosen] = useState(() => (search.get("marked") ?? "").split(","));
  const marked = chosen.filter((id) => rows.some((one) => one.version_id === id));
  const mark = (id: string, isMarked: boolean) => {
    const next = isMarked ? [...marked, id] : marked.filter((one) => one !== id);
    // The address follows a moment later than the tick has to be seen.
    setChosen(next);
    set("marked", next.join(","));
  };
  const remove = async (version: string) => {
    const path = { saved_model: model.saved_model_id, version };
    await unwrap(api.DELETE("/api/v1/saved-models/{saved_model}/versions/{version}", { params: { path } }));
    await client.invalidateQueries({ queryKey: ["saved-models"] });
  };
  return (
    <section aria-label="Versions">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          Versions
        </Title>
        <Group gap="xs">
          <CompareButton id={model.saved_model_id} marked={marked} />
          <ColumnPicker columns={all} choice={choice} onChange={setChoice} onReset={reset} />
        </Group>
      </Group>
      <VirtualTable
        label="Versions"
        total={rows.length}
        height={Math.min(560, 54 + ROW * rows.length)}
        rowHeight={ROW}
        columns={[
          { key: "mark", header: "", width: 40 },
          ...columns.map((one) => ({
            key: one.key,
            header: one.name,
            width: one.width,
            sort: one.by === undefined ? undefined : sortKey !== one.key ? ("none" as const) : isDown ? ("descending" as const) : ("ascending" as const),
            onSort: one.by && (() => set("sort", sortKey === one.key && !isDown ? `-${one.key}` : one.key)),
          })),
        ]}
        row={(index) => {
          const version = rows[index]!;
          const id = version.version_id;
          return [
            <Checkbox
              key="mark"
              size="xs"
              aria-label={`Mark ${id}`}
              checked={marked.includes(id)}
              onChange={(event) => mark(id, event.currentTarget.checked)}
            />,
            ...columns.map((one) => one.show?.(version) ?? one.by?.(version) ?? "–"),
          ];
        }}
      />
      <Text size="xs" c="dimmed" mt={4}>
        Metrics are those on each version's own test rows; where there are submodels, those of the whole model. Mark two or more versions to compare them.
      </Text>
      <Submodels model={model} />
      {deleted && (
        <ConfirmDialog
          title={`Delete ${deleted.version_id} of ${model.name}?`}
          action="Delete"
          onConfirm={() => remove(deleted.version_id)}
          onClose={() => setDeleted(null)}
        >
          {`Its network and its preprocessing are deleted. The session ${deleted.session_reference} stays.`}
        </ConfirmDialog>
      )}
    </section>
  );
}

/** The submodels of the active version, where it has such. */
function Submodels({ model }: { model: SavedModel }) {
  const active = activeOf(model);
  const detail = useQuery({
    ...modelQueries.version(model.saved_model_id, active?.version_id ?? ""),
    enabled: active?.partitioned_by != null,
  });
  const report = detail.data?.partitions;
  if (report == null) return null;
  return (
    <section aria-label="Submodels">
      <Title order={3} size="h5" mt="md" mb="xs">
        Submodels of {active?.version_id}
      </Title>
      <PartitionTable report={report} />
    </section>
  );
}

function CompareButton({ id, marked }: { id: string; marked: string[] }) {
  if (marked.length < 2) return <Button disabled>Compare marked</Button>;
  return (
    <Button component={Link} to={`/saved-models/${id}/compare?versions=${marked.join(",")}`}>
      Compare {marked.length} marked
    </Button>
  );
}

/** Which file each version was trained on, by its id. */
function useDataOf(model: SavedModel): Map<string, string> {
  return useQueries({
    queries: model.versions.map((one) => modelQueries.version(model.saved_model_id, one.version_id)),
    combine: dataOf,
  });
}

function dataOf(answers: { data?: { summary: Version; provenance: { train: { path: string } } | null } }[]) {
  return new Map(
    answers.flatMap(({ data }) => (data?.provenance ? [[data.summary.version_id, data.provenance.train.path] as const] : [])),
  );
}
