import { Alert, Badge, Button, Group, Progress, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { api, type Schemas, unwrap } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { DistributionChart, Sparkbars } from "@/shared/charts/DistributionChart";
import { Failure } from "@/shared/format/failure";
import { bytes, count } from "@/shared/format/numbers";
import { PageTitle } from "@/shared/format/PageTitle";
import { usePages } from "@/shared/table/usePages";
import { VirtualTable } from "@/shared/table/VirtualTable";

type Dataset = Schemas["DatasetInfo"];

export default function DatasetPage() {
  const { project = "", dataset = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const found = useQuery(queries.dataset(project, dataset));
  if (found.isError) return <Failure error={found.error} />;
  if (found.isPending) return null;
  const table = found.data;
  const tab = search.get("tab") ?? "rows";
  return (
    <>
      <PageTitle
        title={dataset}
        note={
          table.state === "ready"
            ? `${count(table.n_rows)} rows, ${count(table.n_columns)} columns, ${bytes(table.size_bytes)}, ${table.path}`
            : table.path
        }
      >
        <Button
          component={Link}
          to={`/projects/${project}/datasets/${encodeURIComponent(dataset)}/new`}
          disabled={table.state !== "ready"}
        >
          Predict a column
        </Button>
      </PageTitle>
      {table.state === "reading" && <Reading table={table} />}
      {table.state === "failed" && (
        <Alert color="red" title={table.error}>
          {table.fix}
        </Alert>
      )}
      {table.state === "ready" && (
        <>
          {table.notes?.map((note) => (
            <Text size="sm" key={note} mb="xs">
              {note}
            </Text>
          ))}
          <Tabs
            value={tab}
            onChange={(value) => setSearch({ tab: value ?? "rows" }, { replace: true })}
            keepMounted={false}
          >
            <Tabs.List mb="sm">
              <Tabs.Tab value="rows">Rows</Tabs.Tab>
              <Tabs.Tab value="columns">Columns</Tabs.Tab>
              {!!table.n_rejected && (
                <Tabs.Tab value="rejected" rightSection={<Badge color="red">{count(table.n_rejected)}</Badge>}>
                  Rejected rows
                </Tabs.Tab>
              )}
            </Tabs.List>
            <Tabs.Panel value="rows">
              <Rows project={project} table={table} />
            </Tabs.Panel>
            <Tabs.Panel value="columns">
              <Columns project={project} table={table} />
            </Tabs.Panel>
            <Tabs.Panel value="rejected">
              <Rejected project={project} table={table} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </>
  );
}

function Reading({ table }: { table: Dataset }) {
  const share = table.size_bytes ? (table.done_bytes ?? 0) / table.size_bytes : 0;
  return (
    <div>
      <Text size="sm">Reading, {Math.round(100 * share)} %</Text>
      <Progress value={100 * share} aria-label="Reading" />
    </div>
  );
}

function Rows({ project, table }: { project: string; table: Dataset }) {
  const path = { project, dataset: table.name };
  const { row, onRange } = usePages(["rows", project, table.name], async (start, rows) => {
    const query = { start, count: rows };
    const found = await unwrap(
      api.GET("/api/v1/projects/{project}/datasets/{dataset}/rows", { params: { path, query } }),
    );
    return found.rows;
  });
  const columns = (table.columns ?? []).map((column) => ({
    key: column.name,
    width: Math.min(280, Math.max(130, 9 * column.name.length + 24)),
    header: (
      <div>
        <div>{column.name}</div>
        <Text size="xs" c="dimmed" fw={400}>
          {column.meaning}
          {column.missing > 0 && `, ${Math.round((100 * column.missing) / Math.max(1, table.n_rows ?? 1))} % missing`}
        </Text>
        <Sparkbars project={project} dataset={table.name} column={column.name} />
      </div>
    ),
  }));
  return (
    <VirtualTable
      label={`Rows of ${table.name}`}
      columns={columns}
      total={table.n_rows ?? 0}
      headerHeight={74}
      height={560}
      onRange={onRange}
      row={(index) =>
        row(index)?.map((value) =>
          value === null ? <Text c="dimmed" size="xs" fs="italic">missing</Text> : String(value),
        )
      }
    />
  );
}

function Columns({ project, table }: { project: string; table: Dataset }) {
  const [chosen, setChosen] = useState(0);
  const columns = table.columns ?? [];
  const column = columns[chosen];
  return (
    <Group align="flex-start" grow preventGrowOverflow={false}>
      <VirtualTable
        label={`Columns of ${table.name}`}
        total={columns.length}
        selected={chosen}
        onRowClick={setChosen}
        columns={[
          { key: "name", header: "Column", width: 220 },
          { key: "storage", header: "Storage", width: 100 },
          { key: "meaning", header: "Meaning", width: 110 },
          { key: "missing", header: "Missing", width: 100 },
          { key: "distinct", header: "Distinct", width: 100 },
        ]}
        row={(index) => {
          const one = columns[index]!;
          return [
            <button type="button" key="name" className="plain" style={{ all: "unset", cursor: "pointer" }} onClick={() => setChosen(index)}>
              {one.name}
            </button>,
            one.storage,
            one.meaning,
            `${((100 * one.missing) / Math.max(1, table.n_rows ?? 1)).toFixed(1)} %`,
            count(one.distinct),
          ];
        }}
      />
      {column && <DistributionChart project={project} dataset={table.name} column={column.name} height={260} />}
    </Group>
  );
}

function Rejected({ project, table }: { project: string; table: Dataset }) {
  const path = { project, dataset: table.name };
  const { row, onRange } = usePages(["rejected", project, table.name], (start, rows) =>
    unwrap(
      api.GET("/api/v1/projects/{project}/datasets/{dataset}/rejected", {
        params: { path, query: { start, count: rows } },
      }),
    ),
  );
  return (
    <VirtualTable
      label={`Rejected rows of ${table.name}`}
      total={table.n_rejected ?? 0}
      onRange={onRange}
      columns={[
        { key: "line", header: "Line", width: 80 },
        { key: "reason", header: "Reason", width: 420 },
        { key: "text", header: "As it stands in the file", width: 900 },
      ]}
      row={(index) => {
        const found = row(index);
        return found && [count(found.line), found.reason, <code key="text">{found.text}</code>];
      }}
    />
  );
}
