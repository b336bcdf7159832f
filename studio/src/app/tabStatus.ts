import type { ConnectionState } from "@/shared/api/socket";

export type Ending = "finished" | "failed";
export type Running = { epoch: number; epochs: number | null };
type Shown = { words: string; colour: string; share: number | null };

/** What the browser's tab says: a lost connection first, then what trains, then what has ended. */
export function tabStatus(
  connection: ConnectionState,
  running: Running[],
  ended: Ending | null,
): Shown | null {
  if (connection === "lost") return { words: "⚠ offline", colour: "#c92a2a", share: null };
  if (running.length > 0) return trainingStatus(running);
  if (ended === "failed") return { words: "✗ failed", colour: "#c92a2a", share: null };
  if (ended === "finished") return { words: "✓ finished", colour: "#2b8a3e", share: null };
  return null;
}

function trainingStatus(running: Running[]): Shown {
  const planned = running.reduce((sum, one) => sum + (one.epochs ?? 0), 0);
  const done = running.reduce((sum, one) => sum + Math.min(one.epoch, one.epochs ?? one.epoch), 0);
  const [only] = running;
  const words =
    running.length > 1
      ? `▶ ${running.length} trainings`
      : only!.epochs === null
        ? "▶ training"
        : `▶ ${only!.epoch}/${only!.epochs}`;
  return { words, colour: "#1c7ed6", share: planned > 0 ? Math.round((20 * done) / planned) / 20 : 0 };
}

/** The icon with a mark in its corner: a filled dot, or a ring as full as a training is done. */
export function faviconOf(icon: string, status: Shown | null): string {
  if (status === null) return icon;
  const around = 2 * Math.PI * 7;
  const mark =
    status.share === null
      ? `<circle cx="23" cy="23" r="8.5" fill="${status.colour}" stroke="#fff" stroke-width="1.5"/>`
      : `<circle cx="23" cy="23" r="9" fill="#fff"/>` +
        `<circle cx="23" cy="23" r="7" fill="none" stroke="#d0d7de" stroke-width="4"/>` +
        `<circle cx="23" cy="23" r="7" fill="none" stroke="${status.colour}" stroke-width="4" ` +
        `transform="rotate(-90 23 23)" stroke-dasharray="${(around * status.share).toFixed(2)} ${around.toFixed(2)}"/>`;
  return icon.replace("</svg>", `${mark}</svg>`);
}
