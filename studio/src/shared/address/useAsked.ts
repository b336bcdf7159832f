import { useEffect } from "react";
import { useAddress } from "./useAddress";

/** Does once what the address asks for by `?name=1`, and takes it out of the address. */
export function useAsked(name: string, run: () => void): void {
  const { search, set } = useAddress();
  const isAsked = search.get(name) === "1";
  useEffect(() => {
    if (!isAsked) return;
    set(name, null);
    run();
    // Once each time that it is asked for.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isAsked]);
}
