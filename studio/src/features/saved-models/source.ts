/** Which rows a model is given. */
export type Source = { way: "same" | "dataset" | "path"; dataset: string | null; path: string };

export const NO_SOURCE: Source = { way: "dataset", dataset: null, path: "" };

const BETWEEN = "/";

/** A dataset of a project as one text; keys of projects have no slash. */
export const datasetKey = (project: string, dataset: string) => `${project}${BETWEEN}${dataset}`;

/** What is sent of it; undefined while nothing is chosen. */
export function sent(source: Source): { project?: string; dataset?: string; path?: string } | undefined {
  if (source.way === "same") return {};
  if (source.way === "path") return source.path.trim() ? { path: source.path.trim() } : undefined;
  if (source.dataset === null) return undefined;
  const at = source.dataset.indexOf(BETWEEN);
  return { project: source.dataset.slice(0, at), dataset: source.dataset.slice(at + 1) };
}
