import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type Schemas, unwrap } from "@/shared/api/client";
import type { Row } from "./rows";

export type Endpoint = Schemas["EndpointInfo"];
export type Model = Schemas["EndpointModel"];
export type Field = Schemas["FormField"];

const SOON = 1000;
const LATER = 5000;

const isSettled = (endpoint: Endpoint | undefined) =>
  endpoint === undefined || ["ready", "stopped", "failed"].includes(endpoint.status);

export const endpointQueries = {
  all: () =>
    queryOptions({
      queryKey: ["endpoints"],
      queryFn: () => unwrap(api.GET("/api/v1/endpoints")),
      refetchInterval: (query) => (query.state.data?.every(isSettled) ? LATER : SOON),
    }),
  one: (name: string) =>
    queryOptions({
      queryKey: ["endpoints", name],
      queryFn: () => unwrap(api.GET("/api/v1/endpoints/{name}", { params: { path: { name } } })),
      refetchInterval: (query) => (isSettled(query.state.data?.summary) ? LATER : SOON),
    }),
  form: (name: string, model: Model) =>
    queryOptions({
      queryKey: ["endpoint-form", name, model.saved_model_id, model.active_version],
      queryFn: () =>
        unwrap(
          api.GET("/api/v1/endpoints/{name}/form", {
            params: { path: { name }, query: { model: model.saved_model_id } },
          }),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  figures: (name: string) =>
    queryOptions({
      queryKey: ["endpoint-figures", name],
      queryFn: () =>
        unwrap(api.GET("/api/v1/endpoints/{name}/figures", { params: { path: { name } } })),
      refetchInterval: 3000,
    }),
  keys: () =>
    queryOptions({
      queryKey: ["endpoint-keys"],
      queryFn: () => unwrap(api.GET("/api/v1/endpoint-keys")),
    }),
  /** Predictions by the ids of the rows: while others are awaited, the last ones stay. */
  tried: (name: string, model: Model, version: string | null, rows: Row[]) =>
    queryOptions({
      queryKey: ["endpoint-try", name, model.saved_model_id, version, rows],
      queryFn: async () => {
        const answer = await unwrap(
          api.POST("/api/v1/endpoints/{name}/try", {
            params: { path: { name } },
            body: { model: model.saved_model_id, version, rows: rows.map((one) => one.values) },
          }),
        );
        const predictions = new Map(rows.map((one, at) => [one.id, answer.predictions[at]]));
        return { version: answer.version, predictions };
      },
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 30_000,
      retry: false,
    }),
};
