import { useCallback, useSyncExternalStore } from "react";
import type { Schemas } from "./client";

type Progress = Schemas["SessionProgress"];

const PAUSE = 800;

const known = new Map<string, Progress>();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * How far running trainings are, kept outside the query cache: only what shows a progress is
 * rendered when it goes on, which it does many times a second.
 */
export function takeProgress(reference: string, progress: Progress): void {
  known.set(reference, progress);
  timer ??= setTimeout(() => {
    timer = undefined;
    for (const listener of listeners) listener();
  }, PAUSE);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How far a training is: as last heard, else as the server said with the session. */
export function useProgress(session: Schemas["SessionSummary"]): Progress | null {
  const heard = useSyncExternalStore(
    subscribe,
    useCallback(() => known.get(session.reference), [session.reference]),
  );
  return session.status === "running" ? (heard ?? session.progress) : null;
}
