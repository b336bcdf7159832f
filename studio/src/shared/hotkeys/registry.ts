import { useEffect, useRef } from "react";
import { HOTKEYS, type HotkeyId } from "./catalogue";
import { isCommand, isTyping, matches } from "./keys";

type Handler = () => void;

const handlers = new Map<HotkeyId, Handler[]>();

/** Adds what a hotkey does; of several the last one counts. Returns how to take it away. */
export function addHandler(id: HotkeyId, handler: Handler): () => void {
  handlers.set(id, [...(handlers.get(id) ?? []), handler]);
  return () => {
    handlers.set(
      id,
      (handlers.get(id) ?? []).filter((one) => one !== handler),
    );
  };
}

export const canRun = (id: HotkeyId): boolean => (handlers.get(id)?.length ?? 0) > 0;

/** Does what a hotkey does here; nothing where it does nothing. */
export const runHotkey = (id: HotkeyId): void => handlers.get(id)?.at(-1)?.();

/** The hotkey that a press of keys means, among those that can do something. */
export function hotkeyOf(event: KeyboardEvent): HotkeyId | undefined {
  const typing = isTyping(event.target);
  return (Object.keys(HOTKEYS) as HotkeyId[]).find((id) => {
    const { keys } = HOTKEYS[id];
    return canRun(id) && matches(keys, event) && (!typing || isCommand(keys));
  });
}

/** Says what a hotkey does while this is shown. */
export function useHotkey(id: HotkeyId, handler: Handler, enabled = true): void {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    if (enabled) return addHandler(id, () => latest.current());
  }, [id, enabled]);
}

/** Listens for all hotkeys; used once, by the shell. */
export function useHotkeys(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.isComposing) return;
      const id = hotkeyOf(event);
      if (id === undefined) return;
      event.preventDefault();
      runHotkey(id);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
