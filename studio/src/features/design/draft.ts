import { ApiError, type Problem, type Schemas } from "@/shared/api/client";

export type Design = Schemas["Design"];
export type Edit = Schemas["DesignEdit"];
export type Path = string[];
export type SaveState = "saved" | "unsaved" | "saving" | "conflict" | "failed";
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Value = Json;

const DELAY = 500;
const keyOf = (path: Path) => JSON.stringify(path);

/** The value at a path; undefined where nothing is written. */
export function valueAt(values: unknown, path: Path): Value | undefined {
  let here: unknown = values;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here as Value | undefined;
}

/** A copy in which one value is set, or left out where it is null. */
export function withValue(values: Record<string, unknown>, path: Path, value: Value) {
  const copy: Record<string, unknown> = { ...values };
  const [key, ...rest] = path;
  if (key === undefined) return copy;
  if (rest.length === 0) {
    if (value === null) delete copy[key];
    else copy[key] = value;
  } else {
    const inner = copy[key];
    const table = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : {};
    copy[key] = withValue(table as Record<string, unknown>, rest, value);
  }
  return copy;
}

/**
 * A design that is being edited: what the server has, and what was typed since. Saved a moment
 * after the last change; what is typed meanwhile stays unsaved, what another hand has changed is
 * never written over, and unsaved code survives a reload.
 */
export class DesignDraft {
  version = 0;
  state: SaveState = "saved";
  error: unknown = null;
  private files = new Map<string, string>();
  private settings = new Map<string, { path: Path; value: Value }>();
  private past: { path: Path; value: Value }[][] = [];
  private sending = false;
  private merged: Record<string, unknown> | null = null;
  private listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private base: Design,
    private readonly send: (edit: Edit) => Promise<Design>,
    private readonly storageKey: string,
  ) {
    this.restore();
  }

  get problems(): Problem[] {
    return this.base.problems;
  }

  get revision(): string {
    return this.base.revision;
  }

  get columns() {
    return this.base.columns;
  }

  get rows() {
    return this.base.n_rows;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get fileNames(): string[] {
    return [...new Set([...Object.keys(this.base.files), ...this.files.keys()])];
  }

  file(name: string): string {
    return this.files.get(name) ?? this.base.files[name] ?? "";
  }

  hasFile(name: string): boolean {
    return this.files.has(name) || name in this.base.files;
  }

  /** The settings as they would be saved; the same object until something changes. */
  get written(): Record<string, unknown> {
    if (this.merged === null) {
      let values = this.base.written as Record<string, unknown>;
      for (const { path, value } of this.settings.values()) values = withValue(values, path, value);
      this.merged = values;
    }
    return this.merged;
  }

  value(path: Path): Value | undefined {
    return valueAt(this.written, path);
  }

  setFile(name: string, text: string): void {
    if (text === this.file(name)) return;
    this.files.set(name, text);
    this.changed();
  }

  set(path: Path, value: Value): void {
    this.setMany([{ path, value }]);
  }

  setMany(changes: { path: Path; value: Value }[]): void {
    if (!changes.length) return;
    // Many at once are taken back at once, too.
    this.past.push(changes.map(({ path }) => ({ path, value: this.value(path) ?? null })));
    for (const { path, value } of changes) this.put(path, value);
    this.changed();
  }

  undo(): void {
    const last = this.past.pop();
    if (last === undefined) return;
    for (const { path, value } of last) this.put(path, value);
    this.changed();
  }

  /** What the server says now; what was typed since stays. */
  rebase(design: Design): void {
    if (this.sending || design.revision === this.base.revision) return;
    if (this.isDirty) this.change("conflict");
    else {
      this.base = design;
      this.change("saved");
    }
  }

  /** Takes what stands there now and drops what was typed. */
  discard(design: Design): void {
    this.files.clear();
    this.settings.clear();
    this.base = design;
    this.store();
    this.change("saved");
  }

  async save(over = false): Promise<void> {
    clearTimeout(this.timer);
    // What was typed meanwhile is sent once the answer has come: it needs the new revision.
    if (!this.isDirty || this.sending) return;
    const sentFiles = new Map(this.files);
    const sentSettings = new Map(this.settings);
    this.sending = true;
    this.change("saving");
    try {
      this.base = await this.send({
        revision: over ? null : this.base.revision,
        files: Object.fromEntries(sentFiles),
        settings: [...sentSettings.values()],
      });
      for (const [name, text] of sentFiles) if (this.files.get(name) === text) this.files.delete(name);
      for (const [key, edit] of sentSettings) {
        if (this.settings.get(key) === edit) this.settings.delete(key);
      }
      this.error = null;
      this.sending = false;
      this.store();
      this.change(this.isDirty ? "unsaved" : "saved");
      if (this.isDirty) this.later();
    } catch (error) {
      this.sending = false;
      this.error = error;
      const isConflict = error instanceof ApiError && error.status === 409;
      this.change(isConflict ? "conflict" : "failed");
      if (!(error instanceof ApiError)) this.later(4000);
    }
  }

  get isDirty(): boolean {
    return this.files.size > 0 || this.settings.size > 0;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  /** Later changes go last: one of a whole entry goes before what is set inside it afterwards. */
  private put(path: Path, value: Value): void {
    const key = keyOf(path);
    this.settings.delete(key);
    this.settings.set(key, { path, value });
  }

  private changed(): void {
    this.store();
    this.change(this.state === "conflict" ? "conflict" : "unsaved");
    if (this.state !== "conflict") this.later();
  }

  private later(delay = DELAY): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), delay);
  }

  private change(state: SaveState): void {
    this.state = state;
    this.merged = null;
    this.version += 1;
    for (const listener of this.listeners) listener();
  }

  private store(): void {
    try {
      if (this.isDirty) {
        const kept = { files: [...this.files], settings: [...this.settings.values()] };
        localStorage.setItem(this.storageKey, JSON.stringify(kept));
      } else localStorage.removeItem(this.storageKey);
    } catch {
      // A full or forbidden storage costs only the draft.
    }
  }

  private restore(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(this.storageKey) ?? "null");
      if (kept === null) return;
      this.files = new Map(kept.files);
      for (const edit of kept.settings) this.settings.set(keyOf(edit.path), edit);
      if (this.isDirty) {
        this.state = "unsaved";
        this.later();
      }
    } catch {
      localStorage.removeItem(this.storageKey);
    }
  }
}
