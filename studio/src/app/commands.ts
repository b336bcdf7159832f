import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { SECTIONS } from "@/features/design/sections";
import type { Schemas } from "@/shared/api/client";
import { queries, taskKey } from "@/shared/api/queries";
import { ago, count } from "@/shared/format/numbers";
import { HOTKEYS, type HotkeyId } from "@/shared/hotkeys/catalogue";
import { canRun, runHotkey } from "@/shared/hotkeys/registry";
import type { Command } from "./matching";
import { useTaskOfPage } from "./useWorkspace";

const MOST_PROJECTS = 30;

/** All that the palette can do and go to, from where one is. */
export function useCommands(): Command[] {
  const pages = useTaskCommands();
  const actions = useActions();
  const projects = useProjectCommands();
  return [...actions, ...pages, ...projects];
}

function useActions(): Command[] {
  const navigate = useNavigate();
  const task = useTaskOfPage();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const action = (id: string, label: string, run: () => void, keys?: string): Command => ({
    id, group: "Actions", label, run, keys,
  });
  const here = (id: HotkeyId, label: string, elsewhere?: () => void) =>
    canRun(id) || elsewhere
      ? [action(id, label, canRun(id) ? () => runHotkey(id) : elsewhere!, canRun(id) ? HOTKEYS[id].keys : undefined)]
      : [];
  const design = task && `/tasks/${taskKey(task)}/design`;
  return [
    ...here("train", "Train"),
    ...here("validate", "Validate", design ? () => navigate(`${design}/architecture?validate=1`) : undefined),
    ...here("save", "Save the design now"),
    ...here("nextProblem", "Go to the next error"),
    action("theme", isDark ? "Light colours" : "Dark colours", () => setColorScheme(isDark ? "light" : "dark")),
    ...here("help", "Keyboard shortcuts"),
  ];
}

function useTaskCommands(): Command[] {
  const navigate = useNavigate();
  const task = useTaskOfPage();
  const none = { analysis_id: "", mltask_id: "" };
  const sessions = useQuery({ ...queries.sessions(task ?? none), enabled: task !== undefined });
  if (task === undefined) return [];
  const base = `/tasks/${taskKey(task)}`;
  return [
    ...SECTIONS.map((one) => ({
      id: `design ${one.key}`,
      group: "Sections of the design",
      label: one.label,
      run: () => navigate(`${base}/design/${one.key}`),
    })),
    { id: "result", group: "This task", label: "Result", run: () => navigate(`${base}/result`) },
    { id: "compare", group: "This task", label: "Compare models", run: () => navigate(`${base}/compare`) },
    ...(sessions.data ?? []).map((one) => ({
      id: `session ${one.session_id}`,
      group: "Sessions of this task",
      label: one.name,
      hint: `${one.session_id}, ${one.status}, ${ago(one.created_at)}`,
      run: () => navigate(`${base}/result?session=${one.session_id}`),
    })),
  ];
}

function useProjectCommands(): Command[] {
  const navigate = useNavigate();
  const projects = useQuery(queries.projects());
  const some = (projects.data ?? []).slice(0, MOST_PROJECTS);
  const tasks = useQueries({ queries: some.map((one) => queries.tasks(one.key)) });
  const datasets = useQueries({ queries: some.map((one) => queries.datasets(one.key)) });
  const inProject = (at: number) => (some.length > 1 ? `, ${some[at]?.name}` : "");
  return [
    ...tasks.flatMap(({ data = [] }, at) =>
      data.map((one: Schemas["TaskInfo"]) => ({
        id: `task ${one.reference}`,
        group: "Tasks",
        label: one.name,
        hint: `${one.target ? `predicts ${one.target}` : one.reference}${inProject(at)}`,
        run: () => navigate(`/tasks/${one.reference}/${one.n_sessions ? "result" : "design"}`),
      })),
    ),
    ...datasets.flatMap(({ data = [] }, at) =>
      data.map((one: Schemas["DatasetInfo"]) => ({
        id: `dataset ${some[at]!.key} ${one.name}`,
        group: "Datasets",
        label: one.name,
        hint: `${count(one.n_rows)} rows${inProject(at)}`,
        run: () => navigate(`/projects/${some[at]!.key}/datasets/${encodeURIComponent(one.name)}`),
      })),
    ),
    ...(projects.data ?? []).map((one) => ({
      id: `project ${one.key}`,
      group: "Projects",
      label: one.name,
      run: () => navigate(`/projects/${one.key}`),
    })),
    { id: "folders", group: "Pages", label: "Folders", run: () => navigate("/folders") },
    { id: "endpoints", group: "Pages", label: "Endpoints", run: () => navigate("/endpoints") },
    { id: "saved", group: "Pages", label: "Saved models", run: () => navigate("/saved-models") },
  ];
}
