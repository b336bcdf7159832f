/** Exponential moving average, corrected for its start; gaps stay gaps. `weight` in [0, 1). */
export function smoothed(values: (number | null)[], weight: number): (number | null)[] {
  let last = 0;
  let n = 0;
  return values.map((value) => {
    if (value == null || !Number.isFinite(value)) return null;
    last = last * weight + (1 - weight) * value;
    n += 1;
    return last / (1 - weight ** n);
  });
}
