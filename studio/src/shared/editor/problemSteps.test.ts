import { expect, it } from "vitest";
import { nextPlace } from "./problemSteps";

it("goes to the next place, and round", () => {
  expect(nextPlace([3, 8, 20], 0, 1)).toBe(0);
  expect(nextPlace([3, 8, 20], 3, 1)).toBe(1);
  expect(nextPlace([3, 8, 20], 20, 1)).toBe(0);
});

it("goes to the place before, and round", () => {
  expect(nextPlace([3, 8, 20], 20, -1)).toBe(1);
  expect(nextPlace([3, 8, 20], 3, -1)).toBe(2);
  expect(nextPlace([3], 3, -1)).toBe(0);
});
