import type { Schemas } from "./client";

export type Series = Record<string, (number | null)[]>;

const LEAST_PAUSE = 100;
const PAUSE_PER_DRAWING = 1;

/**
 * The numbers of one session's epochs, kept outside React: charts are told when they grow.
 *
 * Epochs may end faster than a page can draw. So charts are told again only once the frame is
 * shown and as much time has passed as that took: what came meanwhile is drawn at once.
 */
export class EpochPoints {
  series: Series = {};
  bestEpoch: number | null = null;
  fold: number | null = null;
  private listeners = new Set<() => void>();
  private waiting = false;
  private next = 0;
  private outline = "";
  private undrawn: number[] = [];

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
  add(event: Pick<Schemas["EpochEvent"], "epoch" | "fold" | "logs" | "best" | "written">): void {
    this.undrawn.push(event.written);
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

  /** What of the points shows outside of charts; the same text while that is the same. */
  getOutline = (): string => this.outline;

  private tell(): void {
    if (this.waiting) return;
    this.waiting = true;
    setTimeout(() => this.draw(), Math.max(0, this.next - performance.now()));
  }

  private draw(): void {
    const began = performance.now();
    const written = this.undrawn;
    this.undrawn = [];
    this.outline = this.newOutline();
    for (const listener of this.listeners) listener();
    // A page that is hidden, or on a busy machine, shows its frame later: it is not drawn before.
    onFrame(() => {
      const shown = performance.now();
      this.next = shown + Math.max(LEAST_PAUSE, PAUSE_PER_DRAWING * (shown - began));
      this.waiting = false;
      noteDelays(written);
      if (this.undrawn.length > 0) this.tell();
    });
  }

  private newOutline(): string {
    return JSON.stringify([Object.keys(this.series), this.bestEpoch]);
  }
}

function onFrame(then: () => void): void {
  if (typeof requestAnimationFrame === "undefined") then();
  else requestAnimationFrame(then);
}

/** For measurements: how long after it was written an epoch stands in the chart, in ms. */
function noteDelays(written: number[]): void {
  const { hornbookDelays } = globalThis as { hornbookDelays?: number[] };
  for (const moment of written) hornbookDelays?.push(Date.now() - moment * 1000);
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
