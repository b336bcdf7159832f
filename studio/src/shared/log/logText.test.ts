import { describe, expect, it } from "vitest";
import { LogText, shown } from "./logText";

const part = (text: string, next: number) => ({ text, next_offset: next, size_bytes: next });

describe("the log", () => {
  it("puts lines together that came in parts", () => {
    const log = new LogText();
    log.append(part("one\ntw", 6), 0);
    expect(log.lines).toEqual(["one", "tw"]);
    log.append(part("o\nthree\n", 14), 6);
    expect(log.lines).toEqual(["one", "two", "three"]);
    log.append(part("o\nthree\n", 14), 6);
    log.append(part("", 14), 14);
    log.append(part("four\n", 19), 14);
    expect(log.lines).toEqual(["one", "two", "three", "four"]);
    expect([log.start, log.end]).toEqual([0, 19]);
  });
  it("grows at its beginning, too", () => {
    const log = new LogText();
    log.append(part("ee\nfour\n", 20), 12);
    log.prepend("one\ntwo\nthr", 0);
    expect(log.lines).toEqual(["one", "two", "three", "four"]);
    expect(log.start).toBe(0);
  });
  it("shows what a terminal would", () => {
    expect(shown("10 %\r50 %\r100 %")).toBe("100 %");
    expect(shown("\u001b[31mred\u001b[0m\r")).toBe("red");
  });
});
