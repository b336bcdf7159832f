import { Button, Collapse } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, type Schemas, unwrap } from "@/shared/api/client";
import { sessionKey } from "@/shared/api/queries";
import { bytes } from "@/shared/format/numbers";

type Summary = Schemas["SessionSummary"];

const PART = 262_144;

/** What the worker printed, behind a button. */
export function LogView({ session }: { session: Summary }) {
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <section aria-label="Log">
      <Button variant="subtle" size="compact-sm" aria-expanded={opened} onClick={toggle}>
        Log
      </Button>
      <Collapse expanded={opened}>{opened && <LogText session={session} height={360} />}</Collapse>
    </section>
  );
}

/** The last part of what the worker printed; it follows until one scrolls up. */
export function LogText({ session, height }: { session: Summary; height: number }) {
  const [parts, setParts] = useState(1);
  const [follows, setFollows] = useState(true);
  const place = useRef<HTMLPreElement>(null);
  const isOpen = session.ended_at === null;
  const log = useQuery({
    queryKey: ["log", sessionKey(session), session.status, parts],
    queryFn: () => lastParts(session, parts),
    placeholderData: (known) => known,
    refetchInterval: isOpen ? 1000 : false,
  });
  useEffect(() => {
    if (follows && place.current) place.current.scrollTop = place.current.scrollHeight;
  }, [log.data, follows]);
  const earlier = log.data ? log.data.size - log.data.text.length : 0;
  return (
    <>
      {earlier > 0 && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            setFollows(false);
            setParts(parts * 4);
          }}
        >
          Show more of the {bytes(log.data?.size)}
        </Button>
      )}
      <pre
        ref={place}
        tabIndex={0}
        aria-label="Log of the training"
        style={{ maxHeight: height, overflow: "auto", fontSize: 12, margin: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
        onScroll={(event) => {
          const here = event.currentTarget;
          setFollows(here.scrollHeight - here.scrollTop - here.clientHeight < 20);
        }}
      >
        {log.data === undefined ? "" : log.data.text || "Neither the worker nor your code has printed anything."}
      </pre>
    </>
  );
}

/** The end of the log, of so many parts. */
async function lastParts(session: Summary, parts: number): Promise<{ text: string; size: number }> {
  const ask = (offset: number) =>
    unwrap(
      api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/log", {
        params: { path: session, query: { offset } },
      }),
    );
  const last = await ask(-PART);
  if (parts === 1 || last.size_bytes <= PART) return { text: last.text, size: last.size_bytes };
  let text = "";
  let offset = Math.max(0, last.size_bytes - parts * PART);
  while (offset < last.size_bytes) {
    const part = await ask(offset);
    if (part.next_offset <= offset) break;
    text += part.text;
    offset = part.next_offset;
  }
  return { text, size: last.size_bytes };
}
