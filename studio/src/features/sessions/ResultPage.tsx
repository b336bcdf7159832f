import { Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link, useParams } from "react-router";
import { useAddress } from "@/shared/address/useAddress";
import type { Schemas } from "@/shared/api/client";
import { queries, type TaskIds, taskKey } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { PageTitle } from "@/shared/format/PageTitle";
import { TaskTabs } from "@/shared/format/TaskTabs";
import { SessionList } from "./SessionList";
import { SessionPanel } from "./SessionPanel";
import { SessionTable } from "./SessionTable";

export type Summary = Schemas["SessionSummary"];

export default function ResultPage() {
  const params = useParams();
  const ids: TaskIds = { analysis_id: params.analysis_id ?? "", mltask_id: params.mltask_id ?? "" };
  const { search, set } = useAddress();
  const task = useQuery(queries.task(ids));
  const sessions = useQuery(queries.sessions(ids));
  const view = search.get("view") ?? "sessions";
  const list = useMemo(() => {
    const text = (search.get("find") ?? "").toLowerCase();
    const starred = search.get("starred") === "1";
    return (sessions.data ?? []).filter(
      (one) =>
        (!starred || one.starred) &&
        (view !== "models" || one.has_model) &&
        `${one.name} ${one.session_id} ${one.description ?? ""}`.toLowerCase().includes(text),
    );
  }, [sessions.data, search, view]);
  if (sessions.isError) return <Failure error={sessions.error} />;
  if (sessions.data === undefined || task.data === undefined) return null;
  const chosen = sessions.data.find((one) => one.session_id === search.get("session")) ?? list[0];
  return (
    <>
      <PageTitle title={task.data.name} note={task.data.folder} tab={`Result of ${task.data.name}`}>
        <Button component={Link} to={`/tasks/${taskKey(ids)}/compare`} variant="default" disabled={!sessions.data.some((one) => one.has_model)}>
          Compare models
        </Button>
      </PageTitle>
      <Group justify="space-between" align="flex-start">
        <TaskTabs ids={ids} active="result" />
        <Group gap={4} component="nav" aria-label="View of the sessions">
          {(["sessions", "models", "table"] as const).map((one) => (
            <Button
              key={one}
              size="compact-sm"
              variant={view === one ? "light" : "subtle"}
              aria-pressed={view === one}
              onClick={() => set("view", one)}
            >
              {one.charAt(0).toUpperCase() + one.slice(1)}
            </Button>
          ))}
        </Group>
      </Group>
      {sessions.data.length === 0 ? (
        <Stack align="flex-start">
          <Title order={2} size="h4">
            Nothing was trained yet
          </Title>
          <Text size="sm">The design is complete: press Train there, and watch the curves here.</Text>
          <Button component={Link} to={`/tasks/${taskKey(ids)}/design`}>
            Go to the design
          </Button>
        </Stack>
      ) : view === "table" ? (
        <SessionTable sessions={list} search={search} set={set} />
      ) : (
        <Group align="flex-start" gap="lg" wrap="wrap">
          <SessionList
            sessions={list}
            chosen={chosen}
            find={search.get("find") ?? ""}
            starred={search.get("starred") === "1"}
            onFind={(text) => set("find", text)}
            onStarred={(only) => set("starred", only ? "1" : null)}
            onChoose={(session) => set("session", session.session_id)}
          />
          <div style={{ flex: "1 1 420px", minWidth: 0 }}>
            {chosen && <SessionPanel key={chosen.reference} session={chosen} search={search} set={set} />}
          </div>
        </Group>
      )}
    </>
  );
}

const COLOURS: Record<string, string> = {
  finished: "teal",
  stopped: "yellow",
  failed: "red",
  aborted: "gray",
  running: "blue",
  queued: "gray",
};

export function StatusBadge({ session }: { session: Summary }) {
  return (
    <Badge variant="light" color={COLOURS[session.status]}>
      {session.status}
    </Badge>
  );
}
