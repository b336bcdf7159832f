import { Button, Group, Select, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { useAddress } from "@/shared/address/useAddress";
import type { Schemas } from "@/shared/api/client";
import { queries, type TaskIds, taskKey } from "@/shared/api/queries";
import { Hover, useHoverMarks } from "@/shared/charts/hover";
import { CompareTable } from "@/shared/compare/CompareTable";
import { chosenRows, rowsOf, shownModels } from "@/shared/compare/comparison";
import { Failure } from "@/shared/format/failure";
import { PageTitle } from "@/shared/format/PageTitle";
import { TaskTabs } from "@/shared/format/TaskTabs";
import { CodeChanges } from "./CodeChanges";
import { useColours } from "./colours";
import { CompareCharts } from "./CompareCharts";
import { ModelPicker } from "./ModelPicker";

type Summary = Schemas["SessionSummary"];

const lineOf = (one: Summary) => `${one.name} (${one.session_id})`;

export default function ComparePage() {
  const params = useParams();
  const ids: TaskIds = { analysis_id: params.analysis_id ?? "", mltask_id: params.mltask_id ?? "" };
  const sessions = useQuery(queries.sessions(ids));
  if (sessions.isError) return <Failure error={sessions.error} />;
  if (sessions.data === undefined) return null;
  const models = sessions.data.filter((one) => one.has_model);
  return (
    <>
      <PageTitle title="Compare models" note="Curves overlaid, metrics and settings side by side, what differs between the designs">
        <Button component={Link} variant="default" to={`/tasks/${taskKey(ids)}/result?view=table`}>
          All sessions
        </Button>
      </PageTitle>
      <TaskTabs ids={ids} active="result" />
      {models.length === 0 ? <Text size="sm">There is no model to compare yet.</Text> : <Compared models={models} task={taskKey(ids)} />}
    </>
  );
}

function Compared({ models, task }: { models: Summary[]; task: string }) {
  const { search, set } = useAddress();
  const asked = search.get("models");
  const shown = useMemo(() => shownModels(models, asked), [models, asked]);
  const base = shown.find((one) => one.session_id === search.get("baseline"));
  const { colourOf, setColour } = useColours(task);
  const [hover] = useState(() => new Hover());
  const place = useRef<HTMLDivElement>(null);
  useHoverMarks(place, hover);
  return (
    <Group ref={place} align="flex-start" gap="lg" wrap="wrap">
      <Stack gap="sm" w={{ base: "100%", sm: 230 }}>
        <Select
          label="Baseline"
          placeholder="None"
          clearable
          data={shown.map((one) => ({ value: one.session_id, label: lineOf(one) }))}
          value={base?.session_id ?? null}
          onChange={(id) => set("baseline", id)}
        />
        <ModelPicker
          models={models}
          shown={shown}
          onShow={(some) => set("models", some && (some.join(",") || "none"))}
          colourOf={colourOf}
          onColour={setColour}
          lineOf={lineOf}
        />
      </Stack>
      <Stack style={{ flex: "1 1 480px", minWidth: 0 }}>
        <CompareCharts
          shown={shown}
          metric={search.get("metric")}
          onMetric={(metric) => set("metric", metric)}
          lineOf={lineOf}
          colourOf={colourOf}
          hover={hover}
        />
        <Tables shown={shown} base={base} search={search} set={set} />
        {shown.length > 1 && <CodeChanges shown={shown} base={base ?? shown[0]!} />}
      </Stack>
    </Group>
  );
}

function Tables({ shown, base, search, set }: {
  shown: Summary[];
  base: Summary | undefined;
  search: URLSearchParams;
  set: (name: string, value: string | null) => void;
}) {
  const details = useQueries({ queries: shown.map((one) => queries.session(one)) });
  const settings = useQueries({ queries: shown.map((one) => queries.settings(one)) });
  const onlyDifferences = search.get("differences") !== "0";
  const typed = search.get("find") ?? "";
  const metrics = rowsOf(details.map((one) => one.data?.result?.metrics ?? {}));
  const choose = {
    shown: shown.map((one) => ({ key: one.session_id, name: one.name, line: lineOf(one) })),
    base: base?.session_id ?? null,
    onBase: (id: string | null) => set("baseline", id),
  };
  const metricRows = chosenRows(metrics, typed, onlyDifferences);
  const settingRows = chosenRows(rowsOf(settings.map((one) => one.data)), typed, onlyDifferences);
  return (
    <>
      <Group align="flex-end" justify="space-between">
        <Title order={2} size="h4">
          Metrics and settings
        </Title>
        <Group align="center">
          <Switch label="Differences only" checked={onlyDifferences} onChange={(event) => set("differences", event.currentTarget.checked ? null : "0")} />
          <TextInput size="xs" aria-label="Search keys" placeholder="Search keys" value={typed} onChange={(event) => set("find", event.currentTarget.value || null)} />
        </Group>
      </Group>
      {metricRows.length > 0 && <CompareTable label="Metric" rows={metricRows} {...choose} />}
      {settingRows.length > 0 && <CompareTable label="Setting" rows={settingRows} {...choose} />}
      {metricRows.length + settingRows.length === 0 && (
        <Text size="sm">{onlyDifferences ? "Nothing differs here." : "No key is called so."}</Text>
      )}
    </>
  );
}
