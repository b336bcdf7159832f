import { useQueries } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "@/shared/api/client";
import { useEpochShares } from "@/shared/api/progress";
import { queries } from "@/shared/api/queries";
import type { ConnectionState } from "@/shared/api/socket";
import { setTitleStatus } from "@/shared/format/documentTitle";
import { type Ending, faviconOf, tabStatus } from "./tabStatus";

type Session = Schemas["SessionSummary"];

/** Says in the browser's tab, its title and its icon, how the trainings of a project stand. */
export function StatusInTab({ connection, tasks }: {
  connection: ConnectionState;
  tasks: Schemas["TaskInfo"][];
}) {
  const followed = useFollowed(tasks);
  const lists = useQueries({ queries: followed.map((task) => queries.sessions(task)) });
  const sessions = lists.flatMap((one) => one.data ?? []);
  const running = sessions.filter((one) => one.status === "running");
  const shares = useEpochShares(running);
  const ended = useEnding(sessions);
  const status = tabStatus(
    connection,
    shares,
    ended,
  );
  const icon = useIcon();
  const drawn = icon && `data:image/svg+xml,${encodeURIComponent(faviconOf(icon, status))}`;
  useEffect(() => setTitleStatus(status?.words ?? ""), [status?.words]);
  useEffect(() => {
    if (drawn) document.getElementById("favicon")?.setAttribute("href", drawn);
  }, [drawn]);
  return null;
}

/** The tasks that train, or did while this page was open: so that one hears how they end. */
function useFollowed(tasks: Schemas["TaskInfo"][]) {
  const known = useRef(new Map<string, { analysis_id: string; mltask_id: string }>());
  for (const task of tasks) {
    const [analysis_id = "", mltask_id = ""] = task.reference.split("/");
    if (task.n_running > 0) known.current.set(task.reference, { analysis_id, mltask_id });
  }
  return [...known.current.values()];
}

/** How the last training ended, until one looks at the page. */
function useEnding(sessions: Session[]): Ending | null {
  const [ended, setEnded] = useState<Ending | null>(null);
  const before = useRef(new Map<string, Session["status"]>());
  useEffect(() => {
    for (const one of sessions) {
      const was = before.current.get(one.reference);
      const isOver = one.ended_at !== null && (was === "running" || was === "queued");
      if (isOver && one.status !== "aborted") setEnded(one.status === "failed" ? "failed" : "finished");
      before.current.set(one.reference, one.status);
    }
  }, [sessions]);
  useEffect(() => {
    if (ended === null) return;
    const seen = () => {
      if (!document.hidden && document.hasFocus()) setTimeout(() => setEnded(null), 3000);
    };
    seen();
    window.addEventListener("focus", seen);
    return () => window.removeEventListener("focus", seen);
  }, [ended]);
  return ended;
}

function useIcon(): string | undefined {
  const [icon, setIcon] = useState<string>();
  useEffect(() => {
    void fetch("/favicon.svg").then(async (answer) => answer.ok && setIcon(await answer.text()));
  }, []);
  return icon;
}
