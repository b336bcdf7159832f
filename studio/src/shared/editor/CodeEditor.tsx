import { useComputedColorScheme } from "@mantine/core";
import { autocompletion, type CompletionContext } from "@codemirror/autocomplete";
import { python } from "@codemirror/lang-python";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { oneDark } from "@codemirror/theme-one-dark";
import { EditorView } from "@codemirror/view";
import { basicSetup } from "codemirror";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";
import type { Problem } from "@/shared/api/client";
import { editorKeys } from "./keys";
import { ProblemStrip } from "./ProblemStrip";

// On its own background the quiet colours of One Dark have too little contrast.
const darkTheme = [
  Prec.highest(
    EditorView.theme(
      { "&, .cm-gutters": { backgroundColor: "#111418 !important" }, ".cm-gutters": { color: "#a9b1bd" } },
      { dark: true },
    ),
  ),
  oneDark,
];

export type EditorHandle = { insert: (text: string) => void; goTo: (line: number) => void };

type Props = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  problems?: Problem[];
  completions?: string[];
  readOnly?: boolean;
  plain?: boolean;
  height?: string;
  ref?: Ref<EditorHandle>;
};

/** A Python editor whose problems are marked at their lines. */
export default function CodeEditor(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const theme = useRef(new Compartment());
  const dark = useComputedColorScheme("light") === "dark";

  useEffect(() => {
    const made = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          editorKeys(),
          basicSetup,
          latest.current.plain ? [] : python(),
          lintGutter(),
          latest.current.plain ? [] : autocompletion({ override: [complete(latest)] }),
          theme.current.of(dark ? darkTheme : []),
          EditorState.readOnly.of(props.readOnly ?? false),
          EditorView.contentAttributes.of({ "aria-label": props.label, tabindex: "0" }),
          EditorView.theme({
            "&": { height: latest.current.height ?? "28rem", fontSize: "13px" },
            ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)" },
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
    // The editor is made once; what changes is given to it below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [props.label, props.readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === props.value) return;
    const head = Math.min(editor.state.selection.main.head, props.value.length);
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: props.value },
      selection: { anchor: head },
    });
  }, [props.value]);

  useEffect(() => {
    view.current?.dispatch({ effects: theme.current.reconfigure(dark ? darkTheme : []) });
  }, [dark]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const found = (props.problems ?? []).map((problem) => asDiagnostic(editor, problem));
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [props.problems]);

  useImperativeHandle(props.ref, () => ({
    insert: (text) => {
      const editor = view.current;
      if (editor === null) return;
      editor.dispatch(editor.state.replaceSelection(text));
      editor.focus();
    },
    goTo: (line) => {
      const editor = view.current;
      if (editor === null || line > editor.state.doc.lines) return;
      const { from } = editor.state.doc.line(line);
      editor.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      editor.focus();
    },
  }));

  return (
    <div className="code-editor">
      <div ref={place} />
      <ProblemStrip editor={view} problems={props.problems ?? []} />
    </div>
  );
}

function asDiagnostic(editor: EditorView, problem: Problem): Diagnostic {
  const number = Math.min(Math.max(problem.line ?? 1, 1), editor.state.doc.lines);
  const line = editor.state.doc.line(number);
  const start = line.from + (line.text.length - line.text.trimStart().length);
  return {
    from: Math.min(start, line.to),
    to: line.to,
    severity: problem.severity === "warning" ? "warning" : "error",
    message: problem.fix ? `${problem.message}\nFix: ${problem.fix}` : problem.message,
  };
}

function complete(latest: { current: Props }) {
  return (context: CompletionContext) => {
    const word = context.matchBefore(/[\w"'[\]]+/);
    if (word === null && !context.explicit) return null;
    return {
      from: word?.from ?? context.pos,
      options: (latest.current.completions ?? []).map((label) => ({ label, type: "variable" })),
    };
  };
}
