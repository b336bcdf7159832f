import { Alert, Badge, Button, Group, NavLink, Stack, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { api, unwrap } from "@/shared/api/client";
import { queries, type TaskIds, taskKey } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { PageTitle } from "@/shared/format/PageTitle";
import { TaskTabs } from "@/shared/format/TaskTabs";
import { useHotkey } from "@/shared/hotkeys/registry";
import { ArchitectureSection } from "./ArchitectureSection";
import { DesignDraft } from "./draft";
import { FeaturesSection } from "./FeaturesSection";
import { MetricsSection, TargetSection, TrainTestSection } from "./FormSections";
import { RawFileSection } from "./RawFileSection";
import { RuntimeSection } from "./RuntimeSection";
import { SECTIONS } from "./sections";
import { TrainDialog } from "./TrainDialog";
import { TrainingSection } from "./TrainingSection";

export type SectionProps = { draft: DesignDraft; task: TaskIds };

function useDraft(task: TaskIds): { draft: DesignDraft | null; error: unknown } {
  const client = useQueryClient();
  const key = taskKey(task);
  const found = useQuery({
    queryKey: ["design", key],
    queryFn: () =>
      unwrap(api.GET("/api/v1/tasks/{analysis_id}/{mltask_id}/design", { params: { path: task } })),
    staleTime: 0,
    refetchOnWindowFocus: true,
    refetchInterval: (query) => (query.state.data?.n_rows === null ? 1500 : false),
  });
  const [draft, setDraft] = useState<DesignDraft | null>(null);
  useEffect(() => {
    if (found.data === undefined) return;
    if (draft !== null) draft.rebase(found.data);
    else {
      const send = (edit: Parameters<ConstructorParameters<typeof DesignDraft>[1]>[0]) =>
        unwrap(
          api.PATCH("/api/v1/tasks/{analysis_id}/{mltask_id}/design", {
            params: { path: task },
            body: edit,
          }),
        ).then((saved) => {
          client.setQueryData(["design", key], saved);
          return saved;
        });
      setDraft(new DesignDraft(found.data, send, `hornbook:draft:${key}`));
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [found.data]);
  return { draft, error: found.error };
}

export default function DesignPage() {
  const params = useParams();
  const ids = { analysis_id: params.analysis_id ?? "", mltask_id: params.mltask_id ?? "" };
  return <DesignOf key={taskKey(ids)} ids={ids} section={params.section ?? "architecture"} />;
}

function DesignOf({ ids, section }: { ids: TaskIds; section: string }) {
  const task = useQuery(queries.task(ids));
  const { draft, error } = useDraft(ids);
  if (error) return <Failure error={error} />;
  if (draft === null || task.data === undefined) return null;
  return <Editing draft={draft} ids={ids} name={task.data.name} folder={task.data.folder} section={section} />;
}

function Editing({ draft, ids, name, folder, section }: {
  draft: DesignDraft;
  ids: TaskIds;
  name: string;
  folder: string;
  section: string;
}) {
  useSyncExternalStore(draft.subscribe, draft.getVersion);
  const [search, setSearch] = useSearchParams();
  const setTraining = (on: boolean) => setSearch(on ? { train: "1" } : {}, { replace: true });
  useHotkey("save", () => void draft.save());
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (draft.isDirty) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
      void draft.save();
    };
  }, [draft]);
  const errors = draft.problems.filter((problem) => problem.severity === "error");
  return (
    <>
      <PageTitle title={name} note={folder} tab={`Design of ${name}`}>
        <SaveMark draft={draft} />
        <Tooltip label="Undo the last change of a setting">
          <Button
            variant="default"
            leftSection={<IconArrowBackUp size={16} aria-hidden />}
            disabled={!draft.canUndo}
            onClick={() => draft.undo()}
          >
            Undo
          </Button>
        </Tooltip>
        <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => setTraining(true)}>
          Train
        </Button>
      </PageTitle>
      <TaskTabs ids={ids} active="design" />
      {draft.state === "conflict" && <Conflict draft={draft} ids={ids} />}
      <Group align="flex-start" gap="lg" wrap="wrap">
        <Stack gap={0} w={{ base: "100%", sm: 190 }} component="nav" aria-label="Sections of the design">
          {SECTIONS.map((one) => {
            const wrong = errors.filter((problem) =>
              one.key === "architecture"
                ? problem.file === "architecture.py"
                : one.roots.some((root) => problem.key?.split(".")[0] === root),
            ).length;
            return (
              <NavLink
                key={one.key}
                component={Link}
                to={`/tasks/${taskKey(ids)}/design/${one.key}`}
                label={one.label}
                active={section === one.key}
                aria-current={section === one.key ? "page" : undefined}
                rightSection={wrong > 0 && <Badge color="red" size="sm">{wrong}</Badge>}
              />
            );
          })}
        </Stack>
        <div style={{ flex: "1 1 320px", minWidth: 0 }}>
          <Section section={section} draft={draft} task={ids} />
        </div>
      </Group>
      <TrainDialog opened={search.get("train") === "1"} onClose={() => setTraining(false)} draft={draft} task={ids} />
    </>
  );
}

function Section({ section, draft, task }: SectionProps & { section: string }) {
  switch (section) {
    case "target":
      return <TargetSection draft={draft} task={task} />;
    case "train-test":
      return <TrainTestSection draft={draft} task={task} />;
    case "metrics":
      return <MetricsSection draft={draft} task={task} />;
    case "features":
      return <FeaturesSection draft={draft} task={task} />;
    case "training":
      return <TrainingSection draft={draft} task={task} />;
    case "runtime":
      return <RuntimeSection draft={draft} task={task} />;
    case "files":
      return <RawFileSection draft={draft} task={task} />;
    default:
      return <ArchitectureSection draft={draft} task={task} />;
  }
}

function SaveMark({ draft }: { draft: DesignDraft }) {
  const told = {
    saved: ["Saved", "teal"],
    unsaved: ["Unsaved changes", "yellow"],
    saving: ["Saving", "gray"],
    conflict: ["Changed elsewhere", "red"],
    failed: ["Not saved", "red"],
  } as const;
  const [label, color] = told[draft.state];
  return (
    <Badge variant="dot" color={color} role="status" aria-label={label}>
      {label}
    </Badge>
  );
}

function Conflict({ draft, ids }: { draft: DesignDraft; ids: TaskIds }) {
  const load = async () =>
    draft.discard(
      await unwrap(api.GET("/api/v1/tasks/{analysis_id}/{mltask_id}/design", { params: { path: ids } })),
    );
  return (
    <Alert color="red" title="This design was changed elsewhere; nothing was saved over it." mb="md">
      <Group>
        <Button size="xs" variant="default" onClick={() => void load()}>
          Load what stands there now
        </Button>
        <Button size="xs" color="red" onClick={() => void draft.save(true)}>
          Save mine over it
        </Button>
      </Group>
    </Alert>
  );
}
