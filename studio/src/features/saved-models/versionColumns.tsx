import { ActionIcon, Anchor, Badge, Button, Group } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { api, unwrap } from "@/shared/api/client";
import { Ago } from "@/shared/format/Ago";
import { count, measured } from "@/shared/format/numbers";
import { reportOf, type SavedModel, type Version } from "./queries";

export type VersionColumn = {
  key: string;
  name: string;
  width: number;
  /** What it is sorted by. */
  by?: (version: Version) => string | number | null;
  show?: (version: Version) => ReactNode;
};

const SHOWN_METRICS = 4;

/** All metrics of a model's versions, that which chose the active one's epoch first. */
export function metricsOf(model: SavedModel): string[] {
  const chosen = model.versions.find((one) => one.active)?.metric;
  const names = new Set(model.versions.flatMap((one) => Object.keys(one.metrics)));
  return [...(chosen && names.has(chosen) ? [chosen] : []), ...[...names].filter((one) => one !== chosen)];
}

/** What is not shown at first. */
export const hiddenOf = (model: SavedModel): string[] => [
  ...metricsOf(model).slice(SHOWN_METRICS).map((one) => `metric ${one}`),
  "epochs",
  "test_rows",
];

export function columnsOf(model: SavedModel, data: Map<string, string>, onDelete: (version: Version) => void): VersionColumn[] {
  const number = (one: Version) => Number(one.version_id.slice(1));
  return [
    { key: "version", name: "Version", width: 130, by: number, show: (one) => <Name version={one} /> },
    { key: "actions", name: "Actions", width: 150, show: (one) => <Actions model={model} version={one} onDelete={onDelete} /> },
    ...metricsOf(model).map((name) => ({
      key: `metric ${name}`,
      name,
      width: 110,
      by: (one: Version) => one.metrics[name] ?? null,
      show: (one: Version) => measured(one.metrics[name]),
    })),
    ...(model.versions.some((one) => one.partitioned_by !== null)
      ? [{ key: "partitioned_by", name: "Submodels by", width: 130, by: (one: Version) => one.partitioned_by }]
      : []),
    { key: "data", name: "Data", width: 190, by: (one) => nameOf(data.get(one.version_id)), show: (one) => <Data path={data.get(one.version_id)} /> },
    { key: "session", name: "Session", width: 90, by: (one) => one.session_reference, show: (one) => <Session version={one} /> },
    { key: "created_at", name: "Deployed", width: 120, by: (one) => one.created_at, show: (one) => <Ago moment={one.created_at} /> },
    { key: "epoch", name: "Kept epoch", width: 110, by: (one) => one.best_epoch, show: (one) => count(one.best_epoch) },
    { key: "epochs", name: "Epochs", width: 90, by: (one) => one.epochs, show: (one) => count(one.epochs) },
    { key: "train_rows", name: "Train rows", width: 110, by: (one) => one.train_rows, show: (one) => count(one.train_rows) },
    { key: "test_rows", name: "Test rows", width: 110, by: (one) => one.test_rows, show: (one) => count(one.test_rows) },
  ];
}

/** In the order of a value; what has none comes last. */
export function sortedBy(versions: Version[], by: VersionColumn["by"], isDown: boolean): Version[] {
  if (by === undefined) return versions;
  return [...versions].sort((first, second) => {
    const [a, b] = [by(first), by(second)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return (a < b ? -1 : a > b ? 1 : 0) * (isDown ? -1 : 1);
  });
}

const nameOf = (path: string | undefined) => path?.split("/").at(-1) ?? null;

function Data({ path }: { path: string | undefined }) {
  return <span title={path}>{nameOf(path) ?? "–"}</span>;
}

function Session({ version }: { version: Version }) {
  return (
    <Anchor component={Link} size="sm" to={reportOf(version)} title={`Report of ${version.session_reference}`}>
      {version.session_reference.split("/").at(-1)}
    </Anchor>
  );
}

function Name({ version }: { version: Version }) {
  return (
    <Group gap={6} wrap="nowrap">
      <span>{version.version_id}</span>
      {version.active && <Badge color="teal">active</Badge>}
    </Group>
  );
}

function Actions({ model, version, onDelete }: {
  model: SavedModel;
  version: Version;
  onDelete: (version: Version) => void;
}) {
  const client = useQueryClient();
  const activate = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/saved-models/{saved_model}/versions/{version}/activate", {
          params: { path: { saved_model: model.saved_model_id, version: version.version_id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["saved-models"] }),
  });
  if (version.active) return null;
  return (
    <Group gap={6} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Make active: ${version.version_id}`}
        loading={activate.isPending}
        onClick={() => activate.mutate()}
      >
        Make active
      </Button>
      <ActionIcon size="sm" variant="subtle" color="red" aria-label={`Delete ${version.version_id}`} onClick={() => onDelete(version)}>
        <IconTrash size={14} />
      </ActionIcon>
    </Group>
  );
}
