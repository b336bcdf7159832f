const SHARE = 0.05;
const MARGIN = 0.08;

/**
 * The range of the middle nine tenths of some numbers, with a margin; undefined where they are
 * too few, or all the same. A logarithmic axis shows, and counts, only those above 0.
 */
export function middleRange(
  values: (number | null)[],
  isLogarithmic = false,
): [number, number] | undefined {
  const known = values.filter(
    (one): one is number => one != null && Number.isFinite(one) && (!isLogarithmic || one > 0),
  );
  if (known.length < 5) return undefined;
  known.sort((a, b) => a - b);
  const at = (share: number) => known[Math.round(share * (known.length - 1))]!;
  const [low, high] = [at(SHARE), at(1 - SHARE)];
  if (low === high) return undefined;
  if (isLogarithmic) {
    const factor = (high / low) ** MARGIN;
    return [short(low / factor), short(high * factor)];
  }
  const margin = MARGIN * (high - low);
  // Bounds stand at the axis: they are short numbers, a little farther out.
  const step = 10 ** Math.floor(Math.log10(high - low)) / 2;
  return [short(Math.floor((low - margin) / step) * step), short(Math.ceil((high + margin) / step) * step)];
}

const short = (value: number) => Number(value.toPrecision(3));
