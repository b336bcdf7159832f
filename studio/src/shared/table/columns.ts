/** Which columns a table shows, by key: their order, which are hidden, which stay at the left. */
export type ColumnChoice = { order: string[]; hidden: string[]; pinned: string[] };

/** All columns as chosen: pinned ones first, new ones where they are by default. */
export function arranged<T extends { key: string }>(columns: T[], choice: ColumnChoice): T[] {
  const defaults = columns.map((one) => one.key);
  const known = choice.order.filter((key) => defaults.includes(key));
  const order = [...known];
  for (const key of defaults) {
    if (known.includes(key)) continue;
    const before = defaults[defaults.indexOf(key) - 1];
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, key);
  }
  const isPinned = (key: string) => choice.pinned.includes(key);
  const sorted = [...order.filter(isPinned), ...order.filter((key) => !isPinned(key))];
  return sorted.map((key) => columns.find((one) => one.key === key)!);
}

/** The choice with one column moved among all, as they are arranged now. */
export function moved(choice: ColumnChoice, order: string[], key: string, by: 1 | -1): ColumnChoice {
  const at = order.indexOf(key);
  const to = at + by;
  if (to < 0 || to >= order.length) return choice;
  const next = [...order];
  [next[at], next[to]] = [next[to]!, next[at]!];
  return { ...choice, order: next };
}

export function toggled(keys: string[], key: string): string[] {
  return keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key];
}
