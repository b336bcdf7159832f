import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useMatch } from "react-router";
import { queries, type TaskIds } from "@/shared/api/queries";
import { type ConnectionState, StudioSocket } from "@/shared/api/socket";

/** The task that the page is about. */
export function useTaskOfPage(): TaskIds | undefined {
  const found = useMatch("/tasks/:analysis_id/:mltask_id/*")?.params;
  if (!found?.analysis_id || !found.mltask_id) return undefined;
  return { analysis_id: found.analysis_id, mltask_id: found.mltask_id };
}

/** The project one works in: that of the page, else the last one. */
export function useWorkspace() {
  const projects = useQuery(queries.projects());
  const inProject = useMatch("/projects/:project/*")?.params.project;
  const inTask = useTaskOfPage();
  const task = useQuery({
    ...queries.task(inTask ?? { analysis_id: "", mltask_id: "" }),
    enabled: inTask !== undefined,
  });
  const current =
    inProject ?? task.data?.project ?? localStorage.getItem("hornbook:project") ?? undefined;
  const project = projects.data?.find((one) => one.key === current)?.key ?? projects.data?.[0]?.key;
  useEffect(() => {
    if (project !== undefined) localStorage.setItem("hornbook:project", project);
  }, [project]);
  const tasks = useQuery({ ...queries.tasks(project ?? ""), enabled: project !== undefined });
  const datasets = useQuery({ ...queries.datasets(project ?? ""), enabled: project !== undefined });
  return {
    projects: projects.data ?? [],
    project,
    tasks: tasks.data ?? [],
    datasets: datasets.data ?? [],
  };
}

/** The one socket of the page, open while this is shown. */
export function useConnection(): ConnectionState {
  const client = useQueryClient();
  const [socket] = useState(() => new StudioSocket(client));
  useEffect(() => {
    socket.open();
    return () => socket.close();
  }, [socket]);
  return useSyncExternalStore(socket.subscribe, socket.getState);
}
