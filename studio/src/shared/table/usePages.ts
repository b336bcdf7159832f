import { useQueries } from "@tanstack/react-query";
import { useCallback, useState } from "react";

const PAGE = 100;

/** Rows of a long list, fetched a page at a time around what is seen. */
export function usePages<T>(
  key: readonly unknown[],
  fetchRows: (start: number, count: number) => Promise<T[]>,
): { row: (index: number) => T | undefined; onRange: (first: number, last: number) => void } {
  const [range, setRange] = useState({ first: 0, last: 0 });
  const onRange = useCallback((first: number, last: number) => {
    const next = { first: Math.floor(first / PAGE), last: Math.floor(last / PAGE) };
    setRange((known) => (known.first === next.first && known.last === next.last ? known : next));
  }, []);
  const wanted: number[] = [];
  for (let page = range.first; page <= range.last; page += 1) wanted.push(page);
  const found = useQueries({
    queries: wanted.map((page) => ({
      queryKey: [...key, "page", page],
      queryFn: () => fetchRows(page * PAGE, PAGE),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const row = (index: number): T | undefined => {
    const at = wanted.indexOf(Math.floor(index / PAGE));
    return at < 0 ? undefined : found[at]?.data?.[index % PAGE];
  };
  return { row, onRange };
}
