import { forEachDiagnostic } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";

export type Step = { at: number; total: number; line: number; message: string; isWarning: boolean };

/** Which of the places, in order, comes next after (1) or before (-1) a position; it goes round. */
export function nextPlace(places: number[], position: number, direction: 1 | -1): number {
  if (direction === 1) {
    const found = places.findIndex((place) => place > position);
    return found < 0 ? 0 : found;
  }
  const found = places.findLastIndex((place) => place < position);
  return found < 0 ? places.length - 1 : found;
}

/** Puts the cursor on the next or previous problem; undefined where there is none. */
export function stepToProblem(view: EditorView, direction: 1 | -1): Step | undefined {
  const found: { from: number; to: number; message: string; isWarning: boolean }[] = [];
  forEachDiagnostic(view.state, ({ message, severity }, from, to) => {
    found.push({ from, to, message, isWarning: severity === "warning" });
  });
  found.sort((a, b) => a.from - b.from);
  const at = nextPlace(found.map((one) => one.from), view.state.selection.main.from, direction);
  const problem = found[at];
  if (problem === undefined) return undefined;
  view.dispatch({
    selection: { anchor: problem.from, head: problem.to },
    effects: EditorView.scrollIntoView(problem.from, { y: "center" }),
  });
  view.focus();
  return {
    at,
    total: found.length,
    line: view.state.doc.lineAt(problem.from).number,
    message: problem.message,
    isWarning: problem.isWarning,
  };
}
