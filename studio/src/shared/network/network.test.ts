import { expect, it } from "vitest";
import { layOut } from "./network";

it("puts a layer below all that feed it", () => {
  const { nodes, edges, rows, columns } = layOut([
    { name: "a", type: "InputLayer", shape: [null, 3], inputs: [] },
    { name: "b", type: "InputLayer", shape: [null, 2], inputs: [] },
    { name: "dense", type: "Dense", shape: [null, 4], inputs: ["a"] },
    { name: "join", type: "Concatenate", shape: [null, 6], inputs: ["dense", "b"] },
  ]);
  expect(nodes.map((node) => node.y)).toEqual([0, 0, 1, 2]);
  expect(edges).toHaveLength(3);
  expect([rows, columns]).toEqual([3, 2]);
});
