import { useLocalStorage } from "@mantine/hooks";
import { PALETTE } from "@/shared/charts/options";

/** The colour of a model by its session's number: the same whichever others are shown. */
export function defaultColour(sessionId: string): string {
  const number = Number(/\d+$/.exec(sessionId)?.[0] ?? 1);
  return PALETTE[(number - 1) % PALETTE.length]!;
}

/** The colours of a task's models; those that were chosen are kept on this machine. */
export function useColours(task: string) {
  const [chosen, setChosen] = useLocalStorage<Record<string, string>>({
    key: `hornbook:colours:${task}`,
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  return {
    colourOf: (sessionId: string) => chosen[sessionId] ?? defaultColour(sessionId),
    setColour: (sessionId: string, colour: string) => setChosen((known) => ({ ...known, [sessionId]: colour })),
  };
}
