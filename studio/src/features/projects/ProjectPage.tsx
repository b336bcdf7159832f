import { Anchor, Badge, Button, Card, Group, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import type { Schemas } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { Ago } from "@/shared/format/Ago";
import { Failure } from "@/shared/format/failure";
import { bytes, count, measured } from "@/shared/format/numbers";
import { PageTitle } from "@/shared/format/PageTitle";
import { AddDataset } from "./AddDataset";
import { NewProject } from "./NewProject";
import { SampleList, SamplesButton } from "./SampleProjects";

export default function ProjectPage() {
  const { project = "" } = useParams();
  const projects = useQuery(queries.projects());
  const datasets = useQuery(queries.datasets(project));
  const tasks = useQuery(queries.tasks(project));
  const name = projects.data?.find((one) => one.key === project)?.name ?? project;
  if (datasets.isError) return <Failure error={datasets.error} />;
  const isEmpty = datasets.data?.length === 0 && tasks.data?.length === 0;
  return (
    <>
      <PageTitle title={name} note="Datasets and the models trained on them">
        <NewProject />
        {!isEmpty && <SamplesButton project={project} />}
        <AddDataset project={project} />
      </PageTitle>
      {isEmpty && <FirstSteps project={project} />}
      <Stack gap="xl">
        {!!tasks.data?.length && <Tasks tasks={tasks.data} />}
        {!!datasets.data?.length && <Datasets project={project} datasets={datasets.data} />}
      </Stack>
    </>
  );
}

function FirstSteps({ project }: { project: string }) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} maw={1080}>
      <Card withBorder>
        <Title order={2} size="h4">
          Begin with your table
        </Title>
        <Text size="sm" my="sm">
          Upload a CSV, TSV, JSON lines, Parquet or Arrow file, or name one on this server. Then
          choose the column to predict: Hornbook writes a design that trains.
        </Text>
        <AddDataset project={project} />
      </Card>
      <Card withBorder>
        <Title order={2} size="h4" mb="sm">
          Or look around first
        </Title>
        <SampleList project={project} />
      </Card>
    </SimpleGrid>
  );
}

function Tasks({ tasks }: { tasks: Schemas["TaskInfo"][] }) {
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        Analyses
      </Title>
      <Table.ScrollContainer minWidth={640}>
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Predicts</Table.Th>
              <Table.Th>Trainings</Table.Th>
              <Table.Th>Best model</Table.Th>
              <Table.Th>Created</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tasks.map((task) => (
              <Table.Tr key={task.reference}>
                <Table.Td>
                  <Anchor component={Link} to={`/tasks/${task.reference}/design`}>
                    {task.name}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  {task.target ?? "task.toml cannot be read"}{" "}
                  {task.prediction_type && <Badge variant="light">{task.prediction_type}</Badge>}
                </Table.Td>
                <Table.Td>
                  <Group gap="xs">
                    <Anchor component={Link} to={`/tasks/${task.reference}/result`}>
                      {count(task.n_sessions)} {task.n_sessions === 1 ? "session" : "sessions"}
                    </Anchor>
                    {task.n_running > 0 && <Badge color="teal">training</Badge>}
                  </Group>
                </Table.Td>
                <Table.Td className="numeric">
                  {task.metric ? `${task.metric} ${measured(task.best_value)}` : "none yet"}
                </Table.Td>
                <Table.Td>
                  <Ago moment={task.created_at} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}


function Datasets({ project, datasets }: { project: string; datasets: Schemas["DatasetInfo"][] }) {
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        Datasets
      </Title>
      <Table.ScrollContainer minWidth={640}>
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Rows</Table.Th>
              <Table.Th>Columns</Table.Th>
              <Table.Th>Size</Table.Th>
              <Table.Th>Added</Table.Th>
              <Table.Th>
                <span className="mantine-visually-hidden">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {datasets.map((one) => {
              const path = `/projects/${project}/datasets/${encodeURIComponent(one.name)}`;
              return (
                <Table.Tr key={one.name}>
                  <Table.Td>
                    <Anchor component={Link} to={path}>
                      {one.name}
                    </Anchor>
                  </Table.Td>
                  <Table.Td className="numeric">
                    {one.state === "failed" ? (
                      <Badge color="red">cannot be read</Badge>
                    ) : one.state === "reading" ? (
                      <Badge color="gray">reading</Badge>
                    ) : (
                      count(one.n_rows)
                    )}
                  </Table.Td>
                  <Table.Td className="numeric">{count(one.n_columns)}</Table.Td>
                  <Table.Td>{bytes(one.size_bytes)}</Table.Td>
                  <Table.Td>
                    <Ago moment={one.created_at} />
                  </Table.Td>
                  <Table.Td>
                    <Button
                      component={Link}
                      to={`${path}/new`}
                      size="compact-sm"
                      variant="light"
                      aria-label={`Predict a column of ${one.name}`}
                    >
                      Predict a column
                    </Button>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
