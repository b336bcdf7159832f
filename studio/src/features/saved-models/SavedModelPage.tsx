import { Badge, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { Failure } from "@/shared/format/failure";
import { measured } from "@/shared/format/numbers";
import { PageTitle } from "@/shared/format/PageTitle";
import { CompareVersions } from "./CompareVersions";
import { Evaluations } from "./Evaluations";
import { Exports } from "./Exports";
import { ModelActions } from "./ModelActions";
import { activeOf, modelQueries, type SavedModel } from "./queries";
import { Retrainings } from "./Retrainings";
import { Scorings } from "./Scorings";
import { Versions } from "./Versions";

const PARTS = [
  ["versions", "Versions"],
  ["compare", "Compare"],
  ["retraining", "Retraining"],
  ["scoring", "Scoring"],
  ["evaluations", "Evaluations"],
  ["export", "Export"],
] as const;

export default function SavedModelPage() {
  const { model: id = "", part = "versions" } = useParams();
  const model = useQuery(modelQueries.model(id));
  if (model.isError) return <Failure error={model.error} />;
  if (model.data === undefined) return null;
  return (
    <>
      <PageTitle title={model.data.name} note={<About model={model.data} />} tab={model.data.name}>
        <ModelActions model={model.data} />
      </PageTitle>
      <PartTabs id={model.data.saved_model_id} part={part} />
      <Part part={part} model={model.data} />
    </>
  );
}

function About({ model }: { model: SavedModel }) {
  const active = activeOf(model);
  return (
    <Text span size="sm">
      <Badge color="teal" variant="light" mr={6}>
        {model.active_version} active
      </Badge>
      {active?.target && `predicts ${active.target} (${active.prediction_type})`}
      {active?.metric && `, ${active.metric} ${measured(active.metric_value)} on its test rows`}
      {active?.partitioned_by && `; that is the whole model, beside submodels by ${active.partitioned_by}`}
    </Text>
  );
}

/** The switch between the parts of a saved model's page. */
export function PartTabs({ id, part }: { id: string; part: string }) {
  return (
    <Group gap={4} mb="md" component="nav" aria-label="Parts of the saved model">
      {PARTS.map(([key, label]) => (
        <Button
          key={key}
          component={Link}
          to={`/saved-models/${id}/${key}`}
          size="compact-md"
          variant={part === key ? "light" : "subtle"}
          aria-current={part === key ? "page" : undefined}
        >
          {label}
        </Button>
      ))}
    </Group>
  );
}

function Part({ part, model }: { part: string; model: SavedModel }) {
  switch (part) {
    case "compare":
      return <CompareVersions model={model} />;
    case "retraining":
      return <Retrainings model={model} />;
    case "scoring":
      return <Scorings model={model} />;
    case "evaluations":
      return <Evaluations model={model} />;
    case "export":
      return <Exports model={model} />;
    default:
      return <Versions model={model} />;
  }
}
