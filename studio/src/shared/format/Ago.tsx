import { Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { ago } from "./numbers";

const PAUSE = 20_000;

let now = Date.now();

/** One clock for all relative times of the page. */
function subscribe(listener: () => void): () => void {
  const timer = setInterval(() => {
    now = Date.now();
    listener();
  }, PAUSE);
  return () => clearInterval(timer);
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** How long ago something was; exactly when, on hover. */
export function Ago({ moment }: { moment: string }) {
  const then = useSyncExternalStore(subscribe, () => ago(moment, Math.max(now, Date.parse(moment))));
  const when = exact.format(new Date(moment));
  return (
    <Tooltip label={when} withinPortal>
      <time dateTime={moment} aria-label={`${then}, ${when}`}>
        {then}
      </time>
    </Tooltip>
  );
}
