import { Button, Group, NavLink, Select, Stack, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import type { Schemas } from "@/shared/api/client";
import { queries, type SessionIds, taskKey } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { PageTitle } from "@/shared/format/PageTitle";
import { LogLines } from "@/shared/log/LogView";
import { BinaryCharts } from "./BinaryCharts";
import { ClassCharts } from "./ClassCharts";
import { DeployDialog } from "./DeployDialog";
import { ModelArchitecture } from "./ModelArchitecture";
import { ModelFeatures } from "./ModelFeatures";
import { PredictedData } from "./PredictedData";
import { RegressionCharts } from "./RegressionCharts";
import { ReportSummary } from "./ReportSummary";
import { TrainingReport } from "./TrainingReport";

export type Detail = Schemas["SessionDetail"];

const PARTS = [
  ["summary", "Summary"],
  ["performance", "Performance"],
  ["training", "Training"],
  ["predictions", "Predicted data"],
  ["features", "Features"],
  ["design", "Architecture"],
  ["log", "Log"],
] as const;

export default function ReportPage() {
  const params = useParams();
  const ids: SessionIds = {
    analysis_id: params.analysis_id ?? "",
    mltask_id: params.mltask_id ?? "",
    session_id: params.session_id ?? "",
  };
  const part = params.part ?? "summary";
  const detail = useQuery(queries.session(ids));
  const task = useQuery(queries.task(ids));
  if (detail.isError) return <Failure error={detail.error} />;
  if (detail.data === undefined) return null;
  const { summary } = detail.data;
  const base = `/tasks/${taskKey(ids)}/models/${ids.session_id}`;
  return (
    <>
      <PageTitle
        title={`${summary.name} of ${task.data?.name ?? "…"}`}
        note={`Model ${summary.reference}`}
        tab={`Report of ${summary.name}`}
      >
        <Button component={Link} variant="default" to={`/tasks/${taskKey(ids)}/result?session=${ids.session_id}`}>
          All sessions
        </Button>
        <Deploy ids={ids} />
      </PageTitle>
      <Group align="flex-start" gap="lg" wrap="wrap">
        <Stack gap={0} w={{ base: "100%", sm: 190 }} component="nav" aria-label="Parts of the report">
          {PARTS.map(([key, label]) => (
            <NavLink
              key={key}
              component={Link}
              to={`${base}/${key}`}
              label={label}
              active={part === key}
              aria-current={part === key ? "page" : undefined}
            />
          ))}
        </Stack>
        <div style={{ flex: "1 1 420px", minWidth: 0 }}>
          <Part part={part} ids={ids} detail={detail.data} />
        </div>
      </Group>
    </>
  );
}

function Part({ part, ids, detail }: { part: string; ids: SessionIds; detail: Detail }) {
  switch (part) {
    case "performance":
      return <Performance ids={ids} detail={detail} />;
    case "training":
      return <TrainingReport detail={detail} />;
    case "predictions":
      return <PredictedData ids={ids} detail={detail} />;
    case "features":
      return <ModelFeatures ids={ids} />;
    case "design":
      return <ModelArchitecture ids={ids} />;
    case "log":
      return <TrainingLog detail={detail} />;
    default:
      return <ReportSummary detail={detail} />;
  }
}

function TrainingLog({ detail }: { detail: Detail }) {
  return (
    <section aria-label="Log">
      <Title order={2} size="h4" mb="sm">
        Log
      </Title>
      <LogLines session={detail.summary} height={640} />
    </section>
  );
}

export function useOutput(detail: Detail) {
  const [search, setSearch] = useSearchParams();
  const outputs = Object.keys(detail.result?.outputs ?? {});
  const output = search.get("output") ?? outputs[0] ?? "";
  const picker = outputs.length > 1 && (
    <Select label="Output" w={240} mb="md" data={outputs} value={output} allowDeselect={false} onChange={(value) => setSearch({ output: value ?? "" })} />
  );
  return { output, picker };
}

function Performance({ ids, detail }: { ids: SessionIds; detail: Detail }) {
  const { output, picker } = useOutput(detail);
  const report = useQuery(queries.report(ids, output));
  if (report.isError) return <Failure error={report.error} />;
  return (
    <>
      {picker}
      {report.data?.kind === "binary" && <BinaryCharts report={report.data} />}
      {report.data?.kind === "regression" && <RegressionCharts report={report.data} />}
      {(report.data?.kind === "multiclass" || report.data?.kind === "multilabel") && <ClassCharts report={report.data} />}
    </>
  );
}

function Deploy({ ids }: { ids: SessionIds }) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button onClick={open}>Deploy</Button>
      {opened && <DeployDialog ids={ids} onClose={close} />}
    </>
  );
}
