import type { Schemas } from "./client";

export type Series = Record<string, (number | null)[]>;

const LEAST_PAUSE = 30;
const LONGEST_PAUSE = 200;
const PAUSE_PER_DRAWING = 2;

/**
 * The numbers of one session's epochs, kept outside React: charts are told when they grow.
 *
 * Epochs may end faster than a page can draw. So charts are told again only once a pause has
 * passed that grows with the time the last drawing took, which on a busy machine is longer: what
 * came meanwhile is drawn at once. A hidden page draws nothing until it is seen.
 */
export class EpochPoints {
  series: Series = {};
  bestEpoch: number | null = null;
  fold: number | null = null;
  private listeners = new Set<() => unknown>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private next = 0;
  private outline = "";
  private undrawn: number[] = [];

  /** Takes what the server has kept; epochs heard meanwhile stay. */
  load(curves: Schemas["LearningCurves"]): void {
    const heard = this.fold === (curves.fold ?? null) ? this.series : {};
    const loaded: Series = {};
    for (const [name, values] of Object.entries(curves.series)) {
      const placed: (number | null)[] = [];
      curves.epochs.forEach((epoch, at) => {
        while (placed.length < epoch - 1) placed.push(null);
        placed[epoch - 1] = values[at] ?? null;
      });
      loaded[name] = placed;
    }
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

  /** `listener` says false where it shows what is new a little later. */
  subscribe = (listener: () => unknown): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Which curves there are; the same text while they are the same. */
  getOutline = (): string => this.outline;

  getBestEpoch = (): number | null => this.bestEpoch;

  private tell(): void {
    const wait = this.next - performance.now();
    if (wait <= 0) this.draw();
    else this.timer ??= setTimeout(() => this.draw(), wait);
  }

  private draw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (isHidden()) {
      whenSeen(() => this.draw());
      return;
    }
    const began = performance.now();
    const written = this.undrawn;
    this.undrawn = [];
    this.outline = this.newOutline();
    const said = [...this.listeners].map((listener) => listener());
    const ended = performance.now();
    const pause = Math.max(LEAST_PAUSE, PAUSE_PER_DRAWING * (ended - began));
    this.next = ended + Math.min(LONGEST_PAUSE, pause);
    if (said.includes(false)) this.undrawn = written;
    else noteDelays(written);
  }

  private newOutline(): string {
    return JSON.stringify(Object.keys(this.series));
  }
}

function isHidden(): boolean {
  return typeof document !== "undefined" && document.hidden;
}

function whenSeen(then: () => void): void {
  document.addEventListener("visibilitychange", then, { once: true });
}

/** For measurements: how long after it was written an epoch stands in the chart, in ms. */
function noteDelays(written: number[]): void {
  const { hornbookDelays: delays } = globalThis as { hornbookDelays?: Delays };
  if (delays === undefined) return;
  const note = (kind: keyof Delays) => {
    for (const moment of written) delays[kind].push(Date.now() - moment * 1000);
  };
  note("drawn");
  requestAnimationFrame(() => note("framed"));
}

type Delays = { drawn: number[]; framed: number[] };

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
