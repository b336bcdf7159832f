import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";

export type TaskIds = { analysis_id: string; mltask_id: string };
export type SessionIds = TaskIds & { session_id: string };

export const taskKey = (task: TaskIds) => `${task.analysis_id}/${task.mltask_id}`;
export const sessionKey = (session: SessionIds) => `${taskKey(session)}/${session.session_id}`;

export const queries = {
  access: () =>
    queryOptions({ queryKey: ["access"], queryFn: () => unwrap(api.GET("/api/v1/access")) }),
  projects: () =>
    queryOptions({ queryKey: ["projects"], queryFn: () => unwrap(api.GET("/api/v1/projects")) }),
  datasets: (project: string) =>
    queryOptions({
      queryKey: ["datasets", project],
      queryFn: () =>
        unwrap(api.GET("/api/v1/projects/{project}/datasets", { params: { path: { project } } })),
    }),
  dataset: (project: string, dataset: string) =>
    queryOptions({
      queryKey: ["dataset", project, dataset],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/projects/{project}/datasets/{dataset}", {
            params: { path: { project, dataset } },
          }),
        ),
      refetchInterval: (query) => (query.state.data?.state === "reading" ? 700 : false),
    }),
  distribution: (project: string, dataset: string, column: string) =>
    queryOptions({
      queryKey: ["distribution", project, dataset, column],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/projects/{project}/datasets/{dataset}/distribution", {
            params: { path: { project, dataset }, query: { column } },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  taskDistribution: (ids: TaskIds, column: string) =>
    queryOptions({
      queryKey: ["distribution", taskKey(ids), column],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/tasks/{analysis_id}/{mltask_id}/distribution", {
            params: { path: ids, query: { column } },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  tasks: (project: string) =>
    queryOptions({
      queryKey: ["tasks", project],
      queryFn: () =>
        unwrap(api.GET("/api/v1/projects/{project}/tasks", { params: { path: { project } } })),
    }),
  task: (ids: TaskIds) =>
    queryOptions({
      queryKey: ["task", taskKey(ids)],
      queryFn: () =>
        unwrap(api.GET("/api/v1/tasks/{analysis_id}/{mltask_id}", { params: { path: ids } })),
    }),
  schema: () =>
    queryOptions({
      queryKey: ["design-schema"],
      queryFn: () => unwrap(api.GET("/api/v1/design-schema")),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  samples: () =>
    queryOptions({
      queryKey: ["code-samples"],
      queryFn: () => unwrap(api.GET("/api/v1/code-samples")),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  runtime: () =>
    queryOptions({
      queryKey: ["runtime"],
      queryFn: () => unwrap(api.GET("/api/v1/runtime")),
      refetchInterval: 5000,
    }),
  plan: (ids: TaskIds, revision: string) =>
    queryOptions({
      queryKey: ["plan", taskKey(ids), revision],
      queryFn: () =>
        unwrap(api.GET("/api/v1/tasks/{analysis_id}/{mltask_id}/plan", { params: { path: ids } })),
      staleTime: 0,
    }),
  allTasks: () =>
    queryOptions({ queryKey: ["all-tasks"], queryFn: () => unwrap(api.GET("/api/v1/tasks")) }),
  sampleTables: () =>
    queryOptions({
      queryKey: ["sample-tables"],
      queryFn: () => unwrap(api.GET("/api/v1/samples")),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  folders: () =>
    queryOptions({ queryKey: ["folders"], queryFn: () => unwrap(api.GET("/api/v1/folders")) }),
  sessions: (ids: TaskIds) =>
    queryOptions({
      queryKey: ["sessions", taskKey(ids)],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/tasks/{analysis_id}/{mltask_id}/sessions", { params: { path: ids } }),
        ),
    }),
  session: (ids: SessionIds) =>
    queryOptions({
      queryKey: ["session", sessionKey(ids)],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}", {
            params: { path: ids },
          }),
        ),
    }),
  curves: (ids: SessionIds) =>
    queryOptions({
      queryKey: ["curves", sessionKey(ids)],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/curves", {
            params: { path: ids },
          }),
        ),
    }),
  files: (ids: SessionIds) =>
    queryOptions({
      queryKey: ["files", sessionKey(ids)],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/files", {
            params: { path: ids },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  settings: (ids: SessionIds) =>
    queryOptions({
      queryKey: ["settings", sessionKey(ids)],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/settings", {
            params: { path: ids },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  report: (ids: SessionIds, output: string) =>
    queryOptions({
      queryKey: ["report", sessionKey(ids), output],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/report", {
            params: { path: ids, query: { output } },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  modelColumns: (ids: SessionIds) =>
    queryOptions({
      queryKey: ["model-columns", sessionKey(ids)],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/columns", {
            params: { path: ids },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  modelNetwork: (ids: SessionIds) =>
    queryOptions({
      queryKey: ["model-network", sessionKey(ids)],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/network", {
            params: { path: ids },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  savedModels: () =>
    queryOptions({
      queryKey: ["saved-models"],
      queryFn: () => unwrap(api.GET("/api/v1/saved-models")),
    }),
};
