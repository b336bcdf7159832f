export type Hotkey = { keys: string; label: string; group: string };

const EVERYWHERE = "Everywhere";
const DESIGN = "In a task";
const CHARTS = "In charts";
const EDITOR = "In code editors, as in VS Code";

/**
 * All hotkeys of the studio. Of several with the same keys the first that can do something does:
 * see `useHotkey`. Those of charts and editors work where these have the focus.
 */
export const HOTKEYS = {
  palette: { keys: "mod+k", label: "Go to a page, or do something", group: EVERYWHERE },
  help: { keys: "?", label: "Show these keys", group: EVERYWHERE },
  save: { keys: "mod+s", label: "Save the design now", group: DESIGN },
  start: { keys: "mod+enter", label: "Start the training, in its dialog", group: DESIGN },
  validate: { keys: "mod+enter", label: "Validate, in Architecture", group: DESIGN },
  train: { keys: "mod+enter", label: "Train, elsewhere in a task", group: DESIGN },
  nextProblem: { keys: "F8", label: "Go to the next error in the code", group: DESIGN },
  previousProblem: { keys: "shift+F8", label: "Go to the previous error", group: DESIGN },
  zoomIn: { keys: "plus", label: "Zoom in; dragging chooses what", group: CHARTS },
  zoomOut: { keys: "-", label: "Zoom out", group: CHARTS },
  zoomReset: { keys: "0", label: "Reset the zoom, as a double click does", group: CHARTS },
  nextChart: { keys: "arrowright", label: "The next chart, in full screen", group: CHARTS },
  previousChart: { keys: "arrowleft", label: "The previous chart, in full screen", group: CHARTS },
  leaveFullScreen: { keys: "escape", label: "Leave full screen", group: CHARTS },
} satisfies Record<string, Hotkey>;

export type HotkeyId = keyof typeof HOTKEYS;

/** Keys that editors bring along: they are shown in the list, and handled by the editor. */
export const EDITOR_KEYS: Hotkey[] = [
  ["mod+space", "Complete"],
  ["mod+/", "Comment lines, or take the comment away"],
  ["mod+d", "Select the next occurrence too"],
  ["mod+shift+l", "Select all occurrences"],
  ["alt+arrowup", "Move lines up"],
  ["alt+arrowdown", "Move lines down"],
  ["mod+shift+k", "Delete lines"],
  ["mod+f", "Find and replace"],
  ["mod+g", "Go to a line"],
  ["mod+]", "Indent"],
  ["mod+[", "Indent less"],
  ["mod+shift+[", "Fold"],
  ["mod+shift+m", "List the problems"],
  ["escape", "Then Tab: leave the editor"],
].map(([keys, label]) => ({ keys: keys!, label: label!, group: EDITOR }));
