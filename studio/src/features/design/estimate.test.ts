import { describe, expect, it } from "vitest";
import { durationRange, memoryTotal, type RunEstimate, totalSeconds } from "./estimate";

const run = (changes: Partial<RunEstimate>): RunEstimate => ({
  unmeasured: null,
  backend: "jax",
  models: 1,
  stops_early: false,
  others_running: 0,
  epochs: 10,
  preparation_seconds: 1,
  first_step_seconds: 2,
  epoch_seconds_low: 3,
  epoch_seconds_high: 4,
  ...changes,
});

describe("an estimate", () => {
  it("adds what is done once to the epochs of every model", () => {
    expect(totalSeconds(run({}))).toEqual([33, 43]);
    expect(totalSeconds(run({ models: 3 }))).toEqual([97, 127]);
  });

  it("has no total where the user's code decides the epochs", () => {
    expect(totalSeconds(run({ epochs: null }))).toBeNull();
    expect(totalSeconds(run({ epoch_seconds_low: null }))).toBeNull();
  });

  it("counts what is known of the memory", () => {
    const need = { weights: 1, gradients: 2, optimizer: 3, inputs: 4, activations: 5, batch_size: 32 };
    expect(memoryTotal(need)).toBe(15);
    expect(memoryTotal({ ...need, activations: null })).toBe(10);
  });

  it("is said as a range only where its ends differ", () => {
    expect(durationRange(0.00013, 0.00025)).toBe("130 µs to 250 µs");
    expect(durationRange(0.0183, 0.0184)).toBe("18 ms");
    expect(durationRange(2.04, 90)).toBe("2.0 s to 1 min 30 s");
  });
});
