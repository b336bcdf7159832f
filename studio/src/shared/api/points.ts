import type { Schemas } from "./client";

export type Series = Record<string, (number | null)[]>;

/** The numbers of one session's epochs, kept outside React: charts are told when they grow. */
export class EpochPoints {
  series: Series = {};
  bestEpoch: number | null = null;
  fold: number | null = null;
  version = 0;
  private listeners = new Set<() => void>();
  private waiting = false;

  /** Takes what the server has kept; epochs heard meanwhile stay. */
  load(curves: Schemas["LearningCurves"]): void {
    const heard = this.fold === (curves.fold ?? null) ? this.series : {};
    const loaded: Series = {};
    for (const [name, values] of Object.entries(curves.series)) loaded[name] = [...values];
    for (const [name, values] of Object.entries(heard)) {
      const target = (loaded[name] ??= []);
      values.forEach((value, index) => {
        if (value !== undefined && target[index] == null) target[index] = value;
      });
    }
    this.series = loaded;
    this.fold = curves.fold ?? null;
    if (curves.best_epoch != null) this.bestEpoch = curves.best_epoch;
    this.tell();
  }

  /** Takes in an epoch that has just ended; the same one twice changes nothing. */
  add(event: Pick<Schemas["EpochEvent"], "epoch" | "fold" | "logs" | "best">): void {
    if (event.fold !== this.fold) {
      this.series = {};
      this.bestEpoch = null;
      this.fold = event.fold;
    }
    for (const [name, value] of Object.entries(event.logs)) {
      const values = (this.series[name] ??= []);
      while (values.length < event.epoch - 1) values.push(null);
      values[event.epoch - 1] = value;
    }
    if (event.best) this.bestEpoch = event.epoch;
    this.tell();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  private tell(): void {
    // Many epochs may end within one frame: drawn once.
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => {
      this.waiting = false;
      this.version += 1;
      for (const listener of this.listeners) listener();
    });
  }
}

const known = new Map<string, EpochPoints>();

/** The points of a session by `<analysis_id>/<mltask_id>/<session_id>`. */
export function pointsOf(reference: string): EpochPoints {
  let points = known.get(reference);
  if (points === undefined) {
    points = new EpochPoints();
    known.set(reference, points);
  }
  return points;
}
