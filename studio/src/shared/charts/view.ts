import { useCallback, useMemo } from "react";
import { z } from "zod";
import { useAddress } from "@/shared/address/useAddress";

const flag = z
  .string()
  .nullable()
  .transform((text) => text === "1");

const schema = z.object({
  x: z.enum(["epoch", "step", "time"]).catch("epoch"),
  logX: flag,
  logY: flag,
  ignoreOutliers: flag,
  smoothing: z.coerce.number().min(0).max(0.99).catch(0),
});

/** How curves are looked at; it stands in the address, so that a link shows the same. */
export type CurveView = z.infer<typeof schema>;
export type XAxis = CurveView["x"];

const NAMES: Record<keyof CurveView, string> = {
  x: "x",
  logX: "logx",
  logY: "log",
  ignoreOutliers: "outliers",
  smoothing: "smoothing",
};

export function readView(search: URLSearchParams): CurveView {
  const found = Object.entries(NAMES).map(([key, name]) => [key, search.get(name)]);
  return schema.parse(Object.fromEntries(found));
}

/** The address with another view; what is as by default is left out. */
export function withView(search: URLSearchParams, change: Partial<CurveView>): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [key, value] of Object.entries(change)) {
    const name = NAMES[key as keyof CurveView];
    if (value === false || value === 0 || value === "epoch") next.delete(name);
    else next.set(name, value === true ? "1" : String(value));
  }
  return next;
}

export function useCurveView(): [CurveView, (change: Partial<CurveView>) => void] {
  const { search, change } = useAddress();
  const text = search.toString();
  const view = useMemo(() => readView(new URLSearchParams(text)), [text]);
  const setView = useCallback(
    (part: Partial<CurveView>) => change((known) => withView(known, part)),
    [change],
  );
  return [view, setView];
}
