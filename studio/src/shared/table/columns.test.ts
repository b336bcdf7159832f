import { describe, expect, it } from "vitest";
import { arranged, moved, toggled } from "./columns";

const columns = ["name", "status", "metric", "epochs"].map((key) => ({ key }));
const keys = (choice: Parameters<typeof arranged>[1]) => arranged(columns, choice).map((one) => one.key);
const none = { order: [], hidden: [], pinned: [] };

describe("columns", () => {
  it("stand as by default, pinned ones first", () => {
    expect(keys(none)).toEqual(["name", "status", "metric", "epochs"]);
    expect(keys({ ...none, pinned: ["metric"] })).toEqual(["metric", "name", "status", "epochs"]);
  });
  it("stand as they were moved", () => {
    const choice = moved(none, keys(none), "metric", -1);
    expect(keys(choice)).toEqual(["name", "metric", "status", "epochs"]);
    expect(moved(choice, keys(choice), "name", -1)).toBe(choice);
  });
  it("that are new stand beside their neighbour; those that are gone do not matter", () => {
    expect(keys({ ...none, order: ["gone", "metric", "name"] })).toEqual(["metric", "epochs", "name", "status"]);
  });
  it("are hidden and shown", () => {
    expect(toggled(toggled([], "a"), "b")).toEqual(["a", "b"]);
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  });
});
