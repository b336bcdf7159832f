import { Alert, Badge, Button, Group, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { api, unwrap } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { DistributionChart } from "@/shared/charts/DistributionChart";
import { Failure } from "@/shared/format/failure";
import { count } from "@/shared/format/numbers";
import { PageTitle } from "@/shared/format/PageTitle";

const TYPES = ["regression", "binary", "multiclass", "multilabel"] as const;
type PredictionType = (typeof TYPES)[number];

export default function NewTaskPage() {
  const { project = "", dataset = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const [kind, setKind] = useState<PredictionType | null>(null);
  const [name, setName] = useState("");
  const [test, setTest] = useState<string | null>(null);
  const navigate = useNavigate();
  const client = useQueryClient();
  const target = search.get("target");
  const table = useQuery(queries.dataset(project, dataset));
  const others = useQuery(queries.datasets(project));
  const guess = useQuery({
    queryKey: ["guess", project, dataset, target, kind],
    enabled: target !== null,
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/projects/{project}/datasets/{dataset}/guess", {
          params: {
            path: { project, dataset },
            query: { target: target!, prediction_type: kind ?? undefined },
          },
        }),
      ),
  });
  const create = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/projects/{project}/tasks", {
          params: { path: { project } },
          body: {
            dataset,
            target: target!,
            prediction_type: kind,
            test_dataset: test,
            name: name.trim() || null,
          },
        }),
      ),
    onSuccess: async (task) => {
      await client.invalidateQueries({ queryKey: ["tasks", project] });
      await navigate(`/tasks/${task.reference}/design/architecture`);
    },
  });
  return (
    <Stack maw={900}>
      <PageTitle title={`Predict a column of ${dataset}`} note="What it is made of is guessed; all of it can be changed afterwards." />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label="Target"
          description="The column to predict"
          placeholder="Choose a column"
          searchable
          value={target}
          data={(table.data?.columns ?? []).map((one) => one.name)}
          onChange={(value) => {
            setKind(null);
            setSearch(value === null ? {} : { target: value }, { replace: true });
          }}
        />
        <Select
          label="Prediction type"
          description="Guessed from the target"
          value={kind ?? guess.data?.prediction_type ?? null}
          data={[...TYPES]}
          disabled={target === null}
          onChange={(value) => setKind(value as PredictionType | null)}
        />
        <TextInput
          label="Name"
          placeholder={target === null ? "" : `predict ${target}`}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="Test set"
          description="Rows to measure on"
          placeholder="A share of this dataset"
          clearable
          value={test}
          data={(others.data ?? []).map((one) => one.name).filter((one) => one !== dataset)}
          onChange={setTest}
        />
      </SimpleGrid>
      {guess.isError && <Failure error={guess.error} />}
      {target !== null && guess.data && (
        <>
          <Text size="sm">
            {count(guess.data.rows)} rows, {count(Object.keys(guess.data.features).length)}{" "}
            features
            {guess.data.rows_without_target > 0 &&
              `; ${count(guess.data.rows_without_target)} rows have no target and are left out`}
            .
          </Text>
          <DistributionChart project={project} dataset={dataset} column={target} />
          {Object.keys(guess.data.rejected).length > 0 && (
            <Alert color="gray" title="Columns that will not be used">
              {Object.entries(guess.data.rejected).map(([column, reason]) => (
                <Text size="sm" key={column}>
                  <Badge variant="default" mr="xs">
                    {column}
                  </Badge>
                  {reason}
                </Text>
              ))}
            </Alert>
          )}
        </>
      )}
      <Group>
        <Button
          disabled={target === null || guess.isError}
          loading={create.isPending}
          onClick={() => create.mutate()}
        >
          Create
        </Button>
      </Group>
    </Stack>
  );
}
