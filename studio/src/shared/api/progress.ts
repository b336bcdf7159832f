import { useSyncExternalStore } from "react";
import type { Schemas } from "./client";

type Progress = Schemas["SessionProgress"];
type Session = Schemas["SessionSummary"];

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

/** Takes in that an epoch has ended. */
export function takeEpoch(reference: string, epoch: number): void {
  const progress = known.get(reference);
  if (progress !== undefined) takeProgress(reference, { ...progress, epoch, batch: 0 });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How far a training is: as last heard, else as the server said with the session. */
export function useProgress(session: Session): Progress | null {
  return useSyncExternalStore(subscribe, () => progressOf(session));
}

/** Of several trainings, how many epochs of how many each has done. */
export function useEpochShares(sessions: Session[]): { epoch: number; epochs: number | null }[] {
  const told = useSyncExternalStore(subscribe, () =>
    JSON.stringify(
      sessions.map((one) => {
        const progress = progressOf(one);
        return { epoch: progress?.epoch ?? 0, epochs: progress?.epochs ?? null };
      }),
    ),
  );
  return JSON.parse(told) as { epoch: number; epochs: number | null }[];
}

function progressOf(session: Session): Progress | null {
  return session.status === "running" ? (known.get(session.reference) ?? session.progress) : null;
}
