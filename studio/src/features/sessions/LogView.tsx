import { Button, Collapse } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { sessionKey } from "@/shared/api/queries";
import type { Summary } from "./ResultPage";

const PART = 262_144;

/** What the worker printed; it follows until one scrolls up. */
export function LogView({ session, open = false }: { session: Summary; open?: boolean }) {
  const [opened, { toggle }] = useDisclosure(open);
  const [follows, setFollows] = useState(true);
  const place = useRef<HTMLPreElement>(null);
  const isOpen = session.ended_at === null;
  const log = useQuery({
    queryKey: ["log", sessionKey(session), session.status],
    enabled: opened,
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/log", {
          params: { path: session, query: { offset: -PART } },
        }),
      ),
    refetchInterval: isOpen ? 1000 : false,
  });
  useEffect(() => {
    if (follows && place.current) place.current.scrollTop = place.current.scrollHeight;
  }, [log.data, follows, opened]);
  return (
    <section aria-label="Log">
      <Button variant="subtle" size="compact-sm" aria-expanded={opened} onClick={toggle}>
        Log
      </Button>
      <Collapse expanded={opened}>
        <pre
          ref={place}
          tabIndex={0}
          aria-label="Log of the training"
          style={{ maxHeight: 360, overflow: "auto", fontSize: 12, margin: 0 }}
          onScroll={(event) => {
            const here = event.currentTarget;
            setFollows(here.scrollHeight - here.scrollTop - here.clientHeight < 20);
          }}
        >
          {log.data?.text || "The worker has printed nothing."}
        </pre>
      </Collapse>
    </section>
  );
}
