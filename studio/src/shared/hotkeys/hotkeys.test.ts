import { afterEach, describe, expect, it } from "vitest";
import { HOTKEYS } from "./catalogue";
import { isCommand, matches, printed } from "./keys";
import { addHandler, canRun, hotkeyOf } from "./registry";

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, target: null, ...more }) as KeyboardEvent;

describe("keys", () => {
  it("are those that were pressed and no others", () => {
    expect(matches("mod+k", press("k", { ctrlKey: true }), false)).toBe(true);
    expect(matches("mod+k", press("K", { ctrlKey: true }), false)).toBe(true);
    expect(matches("mod+k", press("k"), false)).toBe(false);
    expect(matches("mod+k", press("k", { ctrlKey: true, shiftKey: true }), false)).toBe(false);
    expect(matches("F8", press("F8", { shiftKey: true }), false)).toBe(false);
    expect(matches("shift+F8", press("F8", { shiftKey: true }), false)).toBe(true);
  });
  it("use the command key on Apple's keyboards", () => {
    expect(matches("mod+k", press("k", { metaKey: true }), true)).toBe(true);
    expect(matches("mod+k", press("k", { ctrlKey: true }), true)).toBe(false);
    expect(printed("mod+enter", true)).toEqual(["⌘", "Enter"]);
    expect(printed("mod+enter", false)).toEqual(["Ctrl", "Enter"]);
  });
  it("find a sign with and without Shift", () => {
    expect(matches("?", press("?", { shiftKey: true }), false)).toBe(true);
    expect(matches("?", press("?"), false)).toBe(true);
    expect(matches("plus", press("+", { shiftKey: true }), false)).toBe(true);
  });
  it("know which are text", () => {
    expect(["mod+s", "F8", "shift+F8"].every(isCommand)).toBe(true);
    expect(["?", "plus", "0", "arrowleft"].some(isCommand)).toBe(false);
  });
});

describe("the registry", () => {
  const taken: (() => void)[] = [];
  afterEach(() => taken.splice(0).forEach((take) => take()));

  it("means the first hotkey of the same keys that can do something", () => {
    const enter = press("Enter", { ctrlKey: true });
    expect(hotkeyOf(enter)).toBeUndefined();
    taken.push(addHandler("train", () => {}));
    expect(hotkeyOf(enter)).toBe("train");
    const leave = addHandler("validate", () => {});
    expect(hotkeyOf(enter)).toBe("validate");
    leave();
    expect(hotkeyOf(enter)).toBe("train");
    expect(canRun("validate")).toBe(false);
  });
  it("has no two hotkeys of one name in one group", () => {
    const names = Object.values(HOTKEYS).map((one) => `${one.group}: ${one.label}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
