import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** What the server said no with. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly fix: string | null,
    readonly problems: Problem[],
  ) {
    super(detail);
  }
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

export const api = createClient<paths>({ baseUrl: "/" });

/** The data of an answer; anything else is an ApiError. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  if (response.status === 401) window.dispatchEvent(new Event("hornbook:logged-out"));
  throw asApiError(response.status, error);
}

export function asApiError(status: number, body: unknown): ApiError {
  const failure = (typeof body === "object" && body !== null ? body : {}) as Partial<
    Schemas["Failure"]
  >;
  const detail = failure.detail ?? `The server answered with status ${status}.`;
  return new ApiError(status, detail, failure.fix ?? null, failure.problems ?? []);
}
