import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "@/shared/api/client";

export type SavedModel = Schemas["SavedModelInfo"];
export type Version = Schemas["SavedModelVersion"];
export type Evaluation = Schemas["Evaluation"];
export type ModelJob = Schemas["ModelJobInfo"];

const PAUSE = 700;

/** What a page of a saved model asks for; the event socket refreshes all below `saved-models`. */
export const modelQueries = {
  model: (saved_model: string) =>
    queryOptions({
      queryKey: ["saved-models", "model", saved_model],
      queryFn: () =>
        unwrap(api.GET("/api/v1/saved-models/{saved_model}", { params: { path: { saved_model } } })),
    }),
  version: (saved_model: string, version: string) =>
    queryOptions({
      queryKey: ["saved-model-version", saved_model, version],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/saved-models/{saved_model}/versions/{version}", {
            params: { path: { saved_model, version } },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  comparison: (saved_model: string, version: string[]) =>
    queryOptions({
      queryKey: ["saved-model-comparison", saved_model, ...version],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/saved-models/{saved_model}/compare", {
            params: { path: { saved_model }, query: { version } },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
      enabled: version.length > 1,
    }),
  retrainings: (saved_model: string) =>
    queryOptions({
      queryKey: ["saved-models", "retrainings", saved_model],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/saved-models/{saved_model}/retrainings", {
            params: { path: { saved_model } },
          }),
        ),
    }),
  evaluations: (saved_model_id: string) =>
    queryOptions({
      queryKey: ["evaluations", saved_model_id],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/saved-models/{saved_model_id}/evaluations", {
            params: { path: { saved_model_id } },
          }),
        ),
    }),
  evaluation: (saved_model_id: string, evaluation_id: string) =>
    queryOptions({
      queryKey: ["evaluation", saved_model_id, evaluation_id],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/saved-models/{saved_model_id}/evaluations/{evaluation_id}", {
            params: { path: { saved_model_id, evaluation_id } },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  jobs: () =>
    queryOptions({
      queryKey: ["model-jobs"],
      queryFn: () => unwrap(api.GET("/api/v1/model-jobs")),
      refetchInterval: ({ state }) =>
        state.data?.some((one) => one.status === "running") ? PAUSE : false,
    }),
  formats: () =>
    queryOptions({
      queryKey: ["export-formats"],
      queryFn: () => unwrap(api.GET("/api/v1/export-formats")),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  exports: () =>
    queryOptions({
      queryKey: ["exports"],
      queryFn: () => unwrap(api.GET("/api/v1/exports")),
      refetchInterval: ({ state }) =>
        state.data?.some((one) => one.status === "waiting" || one.status === "running") ? PAUSE : false,
    }),
};

export const activeOf = (model: SavedModel): Version | undefined =>
  model.versions.find((one) => one.active);

/** Where the report of the model is that a version is a copy of. */
export function reportOf(version: Version): string {
  const [analysis, task, session] = version.session_reference.split("/");
  return `/tasks/${analysis}/${task}/models/${session}`;
}
