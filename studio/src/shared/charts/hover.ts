import type { EChartsType } from "echarts/core";
import { type RefObject, useEffect } from "react";

/** The name of the line that is pointed at, in whichever chart or table; kept outside React. */
export class Hover {
  current: string | null = null;
  private listeners = new Set<(name: string | null, before: string | null) => void>();

  set = (name: string | null): void => {
    if (name === this.current) return;
    const before = this.current;
    this.current = name;
    for (const listener of this.listeners) listener(name, before);
  };

  subscribe(listener: (name: string | null, before: string | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** A chart tells which of its lines is pointed at, and shows which is elsewhere. */
export function attachHover(chart: EChartsType, hover: Hover): () => void {
  chart.on("mouseover", ({ seriesName }) => hover.set(seriesName ?? null));
  chart.on("mouseout", () => hover.set(null));
  return hover.subscribe((seriesName, before) => {
    if (chart.isDisposed()) return;
    if (before !== null) chart.dispatchAction({ type: "downplay", seriesName: before });
    if (seriesName !== null) chart.dispatchAction({ type: "highlight", seriesName });
  });
}

/** Elements with `data-line` tell and show the same; the mark is `data-hovered`. */
export function useHoverMarks(place: RefObject<HTMLElement | null>, hover: Hover): void {
  useEffect(() => {
    const root = place.current;
    if (root === null) return;
    const told = (event: Event) => {
      const found = (event.target as HTMLElement).closest<HTMLElement>("[data-line]");
      hover.set(found?.dataset.line ?? null);
    };
    const mark = (name: string | null) => {
      for (const one of root.querySelectorAll<HTMLElement>("[data-line]")) {
        one.toggleAttribute("data-hovered", one.dataset.line === name);
      }
    };
    const none = () => hover.set(null);
    root.addEventListener("pointerover", told);
    root.addEventListener("focusin", told);
    root.addEventListener("pointerleave", none);
    const leave = hover.subscribe(mark);
    return () => {
      root.removeEventListener("pointerover", told);
      root.removeEventListener("focusin", told);
      root.removeEventListener("pointerleave", none);
      leave();
    };
  }, [place, hover]);
}
