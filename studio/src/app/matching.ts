export type Command = {
  id: string;
  group: string;
  label: string;
  /** Said beside the label, and searched as well. */
  hint?: string;
  keys?: string;
  run: () => void;
};

const MOST = 60;

/** The commands that have every word, those that begin with what was typed first. */
export function matching(commands: Command[], typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return commands.slice(0, MOST);
  const found = commands.filter((one) => {
    const text = `${one.label} ${one.hint ?? ""} ${one.group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const begins = (one: Command) => one.label.toLowerCase().startsWith(words.join(" "));
  return [...found.filter(begins), ...found.filter((one) => !begins(one))].slice(0, MOST);
}

/** The same in groups, in the order in which the groups first come. */
export function grouped(commands: Command[]): [string, Command[]][] {
  const groups = new Map<string, Command[]>();
  for (const one of commands) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return [...groups];
}
