import { useCallback } from "react";
import { useSearchParams } from "react-router";

type Change = (known: URLSearchParams) => URLSearchParams;

/**
 * What stands behind the ? of the address, and how to change it in place.
 *
 * A change starts from what stands there now. The router's own function starts from what was
 * rendered last, so that of two quick changes it loses the first.
 */
export function useAddress() {
  const [search, setSearch] = useSearchParams();
  const change = useCallback(
    (next: Change) => setSearch(next(new URLSearchParams(window.location.search)), { replace: true }),
    [setSearch],
  );
  const set = useCallback(
    (name: string, value: string | null) =>
      change((known) => {
        if (value === null || value === "") known.delete(name);
        else known.set(name, value);
        return known;
      }),
    [change],
  );
  return { search, change, set };
}
