import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/shared/api/client";
import { type Design, DesignDraft, type Edit, valueAt, withValue } from "./draft";

const design = (revision: string, files: Record<string, string> = {}): Design => ({
  revision,
  files: { "task.toml": "", ...files },
  written: { training: { epochs: 10 } },
  problems: [],
  columns: [],
  n_rows: 1,
});

const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});
afterEach(() => vi.useRealTimers());

describe("settings", () => {
  it("are set and left out at any depth, the rest untouched", () => {
    const before = { training: { epochs: 10, shuffle: true } };
    expect(withValue(before, ["training", "epochs"], 5)).toEqual({ training: { epochs: 5, shuffle: true } });
    expect(withValue(before, ["training", "epochs"], null)).toEqual({ training: { shuffle: true } });
    expect(withValue({}, ["split", "test_share"], 0.3)).toEqual({ split: { test_share: 0.3 } });
    expect(valueAt(before, ["training", "shuffle"])).toBe(true);
    expect(valueAt(before, ["nothing", "here"])).toBeUndefined();
  });
});

describe("a design being edited", () => {
  it("saves what was typed, a moment later, on the revision it was based on", async () => {
    const sent: Edit[] = [];
    const send = async (edit: Edit) => {
      sent.push(edit);
      return design("r2", { "architecture.py": "b" });
    };
    const draft = new DesignDraft(design("r1", { "architecture.py": "a" }), send, "key");
    draft.setFile("architecture.py", "b");
    expect(draft.state).toBe("unsaved");
    await vi.advanceTimersByTimeAsync(600);
    expect(sent).toEqual([{ revision: "r1", files: { "architecture.py": "b" }, settings: [] }]);
    expect(draft.state).toBe("saved");
    expect(stored.size).toBe(0);
  });

  it("keeps what is typed while it saves", async () => {
    let answer: (saved: Design) => void = () => {};
    const send = () => new Promise<Design>((resolve) => (answer = resolve));
    const draft = new DesignDraft(design("r1", { "a.py": "" }), send, "key");
    draft.setFile("a.py", "1");
    void draft.save();
    draft.setFile("a.py", "12");
    answer(design("r2", { "a.py": "1" }));
    await vi.advanceTimersByTimeAsync(0);
    expect(draft.file("a.py")).toBe("12");
    expect(draft.state).toBe("unsaved");
  });

  it("sends what is typed during a long save only once that is answered", async () => {
    const sent: Edit[] = [];
    const answers: ((saved: Design) => void)[] = [];
    const send = (edit: Edit) => {
      sent.push(edit);
      return new Promise<Design>((resolve) => answers.push(resolve));
    };
    const draft = new DesignDraft(design("r1", { "a.py": "" }), send, "key");
    draft.setFile("a.py", "1");
    void draft.save();
    draft.setFile("a.py", "12");
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toHaveLength(1);
    answers[0]!(design("r2", { "a.py": "1" }));
    await vi.advanceTimersByTimeAsync(600);
    expect(sent[1]).toEqual({ revision: "r2", files: { "a.py": "12" }, settings: [] });
  });

  it("takes back many changes that were made at once together", () => {
    const draft = new DesignDraft(design("r1"), async () => design("r2"), "key");
    draft.setMany([
      { path: ["features", "a"], value: { type: "text" } },
      { path: ["features", "b"], value: { type: "text" } },
    ]);
    expect(draft.value(["features"])).toEqual({ a: { type: "text" }, b: { type: "text" } });
    draft.undo();
    expect(draft.value(["features", "a"])).toBeUndefined();
    expect(draft.canUndo).toBe(false);
  });

  it("keeps the order of changes of a whole entry and of what is inside it", () => {
    const draft = new DesignDraft(design("r1"), async () => design("r2"), "key");
    draft.set(["features", "a", "handling"], "dummy");
    draft.set(["features", "a"], { type: "numerical" });
    draft.set(["features", "a", "handling"], "quantize");
    expect(draft.value(["features", "a"])).toEqual({ type: "numerical", handling: "quantize" });
  });

  it("never writes over what another hand has changed", async () => {
    const send = async (): Promise<Design> => {
      throw new ApiError(409, "changed", null, []);
    };
    const draft = new DesignDraft(design("r1"), send, "key");
    draft.set(["training", "epochs"], 3);
    await draft.save();
    expect(draft.state).toBe("conflict");
    expect(draft.value(["training", "epochs"])).toBe(3);
  });

  it("survives a reload", () => {
    const send = async () => design("r2");
    new DesignDraft(design("r1"), send, "key").set(["training", "epochs"], 3);
    const again = new DesignDraft(design("r1"), send, "key");
    expect(again.value(["training", "epochs"])).toBe(3);
    expect(again.state).toBe("unsaved");
  });

  it("takes back the last change of a setting", () => {
    const draft = new DesignDraft(design("r1"), async () => design("r2"), "key");
    draft.set(["training", "epochs"], 3);
    draft.undo();
    expect(draft.value(["training", "epochs"])).toBe(10);
    expect(draft.canUndo).toBe(false);
  });
});
