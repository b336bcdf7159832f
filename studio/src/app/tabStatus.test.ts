import { expect, it } from "vitest";
import { faviconOf, tabStatus } from "./tabStatus";

it("says what matters most", () => {
  const running = [{ epoch: 5, epochs: 20 }];
  expect(tabStatus("lost", running, "failed")?.words).toBe("⚠ offline");
  expect(tabStatus("open", running, "failed")).toMatchObject({ words: "▶ 5/20", share: 0.25 });
  expect(tabStatus("open", [], "failed")?.words).toBe("✗ failed");
  expect(tabStatus("open", [], "finished")?.words).toBe("✓ finished");
  expect(tabStatus("open", [], null)).toBeNull();
});

it("adds up several trainings", () => {
  const two = [{ epoch: 10, epochs: 10 }, { epoch: 0, epochs: 10 }];
  expect(tabStatus("open", two, null)).toMatchObject({ words: "▶ 2 trainings", share: 0.5 });
  expect(tabStatus("open", [{ epoch: 0, epochs: null }], null)).toMatchObject({ words: "▶ training", share: 0 });
});

it("marks the icon and leaves it an SVG", () => {
  const icon = "<svg><rect/></svg>";
  expect(faviconOf(icon, null)).toBe(icon);
  const marked = faviconOf(icon, tabStatus("open", [{ epoch: 1, epochs: 2 }], null));
  expect(marked).toMatch(/^<svg><rect\/>.*stroke-dasharray="21.99 43.98".*<\/svg>$/);
});
