import type { Schemas } from "@/shared/api/client";
import { shortDuration } from "@/shared/format/numbers";

export type MemoryNeed = Schemas["MemoryNeed"];
export type RunEstimate = Schemas["RunEstimate"];

/** The bytes that a training step holds, as far as they can be counted. */
export function memoryTotal(need: MemoryNeed): number {
  return need.weights + need.gradients + need.optimizer + need.inputs + (need.activations ?? 0);
}

/** Two durations as a range; as one where nobody would tell them apart. */
export function durationRange(low: number, high: number): string {
  const [from, to] = [shortDuration(low), shortDuration(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** The seconds of the whole training, fastest and slowest; null where the epochs are not known. */
export function totalSeconds(run: RunEstimate): [number, number] | null {
  const { epochs, epoch_seconds_low: low, epoch_seconds_high: high } = run;
  if (epochs == null || low == null || high == null) return null;
  const models = run.models ?? 1;
  const once = (run.preparation_seconds ?? 0) + models * (run.first_step_seconds ?? 0);
  return [once + models * epochs * low, once + models * epochs * high];
}
