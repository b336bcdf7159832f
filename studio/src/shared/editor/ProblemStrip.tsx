import { Group, Text } from "@mantine/core";
import type { RefObject } from "react";
import { useEffect, useState } from "react";
import type { EditorView } from "@codemirror/view";
import type { Problem } from "@/shared/api/client";
import { KeysOf } from "@/shared/hotkeys/HotkeyList";
import { HOTKEYS } from "@/shared/hotkeys/catalogue";
import { useHotkey } from "@/shared/hotkeys/registry";
import { type Step, stepToProblem } from "./problemSteps";

/** Goes from problem to problem of an editor, and says what each is. */
export function ProblemStrip({ editor, problems }: {
  editor: RefObject<EditorView | null>;
  problems: Problem[];
}) {
  const [step, setStep] = useState<Step>();
  const told = problems.map((one) => `${one.line} ${one.message}`).join("\n");
  useEffect(() => setStep(undefined), [told]);
  const go = (direction: 1 | -1) => {
    if (editor.current !== null) setStep(stepToProblem(editor.current, direction));
  };
  useHotkey("nextProblem", () => go(1), problems.length > 0);
  useHotkey("previousProblem", () => go(-1), problems.length > 0);
  if (problems.length === 0) return null;
  return (
    <Group className="problem-strip" justify="space-between" wrap="nowrap" align="flex-start" gap="md">
      <Text size="sm" role="status" style={{ whiteSpace: "pre-wrap" }}>
        {step === undefined
          ? `${problems.length} ${problems.length === 1 ? "problem" : "problems"} in this file`
          : `${step.isWarning ? "Warning" : "Error"} ${step.at + 1} of ${step.total}, line ${step.line}: ${step.message}`}
      </Text>
      <Group gap={6} wrap="nowrap" aria-hidden>
        <Text size="xs" c="dimmed">
          next
        </Text>
        <KeysOf keys={HOTKEYS.nextProblem.keys} />
      </Group>
    </Group>
  );
}
