import { Anchor, Code, Group, Select, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { useAddress } from "@/shared/address/useAddress";
import { Ago } from "@/shared/format/Ago";
import { Failure } from "@/shared/format/failure";
import { PageTitle } from "@/shared/format/PageTitle";
import { EndpointActions } from "./EndpointActions";
import { Figures } from "./Figures";
import { Keys } from "./Keys";
import { type Endpoint, endpointQueries, type Model } from "./queries";
import { Shares } from "./Shares";
import { StatusBadge } from "./StatusBadge";
import { TryIt } from "./TryIt";

export default function EndpointPage() {
  const { name = "" } = useParams();
  const navigate = useNavigate();
  const { search, set } = useAddress();
  const found = useQuery(endpointQueries.one(name));
  // A server that is restarted takes nothing away that stands in the form.
  if (found.data === undefined) return found.isError && <Failure error={found.error} />;
  const { summary: endpoint, serving, log_end: log } = found.data;
  const wanted = search.get("model");
  const model = endpoint.models.find((one) => one.name === wanted) ?? endpoint.models[0]!;
  const isReady = endpoint.status === "ready" || endpoint.status === "silent";
  return (
    <>
      <PageTitle title={endpoint.name} tab={`Endpoint ${endpoint.name}`} note={<About endpoint={endpoint} />}>
        <span role="status">
          <StatusBadge status={endpoint.status} />
        </span>
        <EndpointActions endpoint={endpoint} onRemoved={() => void navigate("/endpoints")} />
      </PageTitle>
      <Stack gap="xl">
        {endpoint.status !== "ready" && log !== "" && <Log text={log} />}
        {endpoint.models.length > 1 && (
          <Select
            label="Model"
            maw={320}
            allowDeselect={false}
            data={endpoint.models.map((one) => one.name)}
            value={model.name}
            onChange={(value) => set("model", value)}
          />
        )}
        {isReady && model.active_version !== null && (
          <TryIt key={`${model.saved_model_id} ${model.active_version}`} endpoint={endpoint} model={model} />
        )}
        {model.active_version === null && <Deleted model={model} />}
        {isReady && <Figures name={endpoint.name} />}
        {model.active_version !== null && (
          <Shares
            key={JSON.stringify(model.shares)}
            name={endpoint.name}
            model={model}
            served={serving.find((one) => one.saved_model_id === model.saved_model_id)?.shares}
          />
        )}
        <Keys />
      </Stack>
    </>
  );
}

function About({ endpoint }: { endpoint: Endpoint }) {
  return (
    <Group gap="xs" component="span">
      {endpoint.address && <Code>{endpoint.address}</Code>}
      <span>{endpoint.workers === 1 ? "one process" : `${endpoint.workers} processes`}</span>
      {endpoint.started_at && (
        <span>
          started <Ago moment={endpoint.started_at} />
        </span>
      )}
      <Anchor component={Link} to="/endpoints" size="sm">
        All endpoints
      </Anchor>
    </Group>
  );
}

function Deleted({ model }: { model: Model }) {
  return <Text size="sm">The saved model {model.name} was deleted.</Text>;
}

function Log({ text }: { text: string }) {
  return (
    <section aria-labelledby="log">
      <Title order={2} size="h4" id="log">
        End of its log
      </Title>
      <Code block tabIndex={0} mah={320} style={{ overflow: "auto", whiteSpace: "pre-wrap" }}>
        {text}
      </Code>
    </section>
  );
}
