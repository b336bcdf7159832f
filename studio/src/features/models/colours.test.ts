import { expect, it } from "vitest";
import { defaultColour } from "./colours";

it("a model keeps its colour whatever else there is", () => {
  expect(defaultColour("s1")).not.toBe(defaultColour("s2"));
  expect(defaultColour("s11")).toBe(defaultColour("s1"));
});
