type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

const SYMBOLS: Record<string, string> = {
  mod: "Ctrl", shift: "Shift", alt: "Alt", enter: "Enter", escape: "Esc", plus: "+",
  arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓",
};
const APPLE: Record<string, string> = { mod: "⌘", shift: "⇧", alt: "⌥" };

const partsOf = (keys: string) => keys.toLowerCase().split("+");

/** Whether keys such as `mod+Enter` were pressed; `mod` is Ctrl, or ⌘ on Apple's keyboards. */
export function matches(keys: string, event: Pressed, apple = isApple()): boolean {
  const parts = partsOf(keys);
  const wanted = parts.at(-1) === "plus" ? "+" : parts.at(-1);
  const mod = apple ? event.metaKey : event.ctrlKey;
  const other = apple ? event.ctrlKey : event.metaKey;
  // A sign such as ? may need Shift, or not, on one keyboard or another.
  const isSign = wanted !== undefined && /^[^a-z0-9]$/.test(wanted);
  return (
    event.key.toLowerCase() === wanted &&
    mod === parts.includes("mod") &&
    !other &&
    event.altKey === parts.includes("alt") &&
    (isSign || event.shiftKey === parts.includes("shift"))
  );
}

/** Each key as it is printed on the keyboard. */
export function printed(keys: string, apple = isApple()): string[] {
  return partsOf(keys).map(
    (part) => (apple ? APPLE[part] : undefined) ?? SYMBOLS[part] ?? part.charAt(0).toUpperCase() + part.slice(1),
  );
}

/** Whether a key that writes something may be meant as text. */
export function isTyping(target: EventTarget | null): boolean {
  const place = target as Partial<HTMLElement> | null;
  return place?.isContentEditable === true || ["INPUT", "TEXTAREA", "SELECT"].includes(place?.tagName ?? "");
}

/** Whether keys are no text wherever one presses them. */
export function isCommand(keys: string): boolean {
  return /^(mod\+|alt\+|(shift\+)?f\d+$)/i.test(keys);
}

function isApple(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
}
