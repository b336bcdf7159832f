import { type Extension, Prec } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { vscodeKeymap } from "@replit/codemirror-vscode-keymap";

// These are the studio's, everywhere: the editor lets them through, and does nothing of its own.
const THE_STUDIOS = ["Mod-Enter", "Mod-s", "Mod-k", "F8", "Shift-F8"];

/** VS Code's keys, but for those that are hotkeys of the studio. */
export function editorKeys(): Extension {
  const isFree = ({ key }: { key?: string }) =>
    key === undefined || !(THE_STUDIOS.includes(key) || key.startsWith("Mod-k "));
  return Prec.high([
    keymap.of(THE_STUDIOS.map((key) => ({ key, run: () => true }))),
    keymap.of(vscodeKeymap.filter(isFree)),
  ]);
}
