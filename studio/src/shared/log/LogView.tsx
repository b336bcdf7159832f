import { Button, Collapse, Group, Text } from "@mantine/core";
import { useClipboard, useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { api, type Schemas, unwrap } from "@/shared/api/client";
import { sessionKey } from "@/shared/api/queries";
import { count } from "@/shared/format/numbers";
import classes from "./LogView.module.css";
import { LogText, type Part } from "./logText";

type Summary = Schemas["SessionSummary"];

const PART = 262_144;
const LINE = 18;

/** What the worker printed, behind a button. */
export function LogView({ session }: { session: Summary }) {
  const [opened, { toggle }] = useDisclosure();
  return (
    <section aria-label="Log">
      <Button variant="subtle" size="compact-sm" aria-expanded={opened} onClick={toggle}>
        Log
      </Button>
      <Collapse expanded={opened}>{opened && <LogLines session={session} height={360} />}</Collapse>
    </section>
  );
}

/** What the worker printed, of any length; it follows until one scrolls up. */
export function LogLines({ session, height }: { session: Summary; height: number }) {
  const { log, readEarlier } = useLog(session);
  return <Lines log={log} height={height} onEarlier={readEarlier} />;
}

function useLog(session: Summary) {
  const [log] = useState(() => new LogText());
  const [, setLines] = useState(0);
  const read = (offset: number) =>
    unwrap(
      api.GET("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}/log", {
        params: { path: session, query: { offset } },
      }),
    );
  useQuery({
    queryKey: ["log", sessionKey(session), session.status],
    queryFn: async () => {
      if (log.end < 0) {
        const part = await read(-PART);
        log.append(part, Math.max(0, part.size_bytes - PART));
      } else {
        let part: Part;
        do {
          const from = log.end;
          part = await read(from);
          log.append(part, from);
        } while (part.next_offset < part.size_bytes);
      }
      setLines(log.lines.length);
      return log.end;
    },
    gcTime: 0,
    refetchInterval: session.ended_at === null ? 1000 : false,
  });
  const readEarlier = async () => {
    const start = Math.max(0, log.start - PART);
    const { text } = await read(start);
    // A part may go on into what is known.
    const bytes = new TextEncoder().encode(text).slice(0, log.start - start);
    log.prepend(new TextDecoder().decode(bytes), start);
    setLines(log.lines.length);
  };
  return { log, readEarlier };
}

function Lines({ log, height, onEarlier }: {
  log: LogText;
  height: number;
  onEarlier: () => Promise<void>;
}) {
  const place = useRef<HTMLDivElement>(null);
  const clipboard = useClipboard();
  const [follows, setFollows] = useState(true);
  const { length } = log.lines;
  const rows = useVirtualizer({
    count: length,
    getScrollElement: () => place.current,
    estimateSize: () => LINE,
    overscan: 20,
  });
  useEffect(() => {
    if (follows && length > 0) rows.scrollToIndex(length - 1, { align: "end" });
    // The virtualizer is one object.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [follows, length]);
  if (length === 0) {
    return (
      <Text size="sm" role="log" aria-label="Log of the training">
        Neither the worker nor your code has printed anything.
      </Text>
    );
  }
  const earlier = async () => {
    const before = log.lines.length;
    setFollows(false);
    await onEarlier();
    rows.scrollToIndex(log.lines.length - before, { align: "start" });
  };
  return (
    <>
      <Group gap="xs" mb={4}>
        <Text size="xs" c="dimmed" className="numeric">
          {count(length)} lines
        </Text>
        {log.start > 0 && (
          <Button size="compact-xs" variant="default" onClick={() => void earlier()}>
            Earlier lines
          </Button>
        )}
        <Button size="compact-xs" variant="default" onClick={() => clipboard.copy(log.lines.join("\n"))}>
          {clipboard.copied ? "Copied" : "Copy all"}
        </Button>
        {!follows && (
          <Button size="compact-xs" variant="light" onClick={() => setFollows(true)}>
            Follow
          </Button>
        )}
      </Group>
      <div
        ref={place}
        role="log"
        aria-live="off"
        tabIndex={0}
        aria-label="Log of the training"
        className={classes.log}
        style={{ height }}
        onScroll={({ currentTarget: here }) =>
          setFollows(here.scrollHeight - here.scrollTop - here.clientHeight < LINE)
        }
      >
        <div style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map((item) => (
            <div key={item.key} className={classes.line} style={{ height: LINE, transform: `translateY(${item.start}px)` }}>
              {log.lines[item.index]}
            </div>
          ))}
        </div>
      </div>
    </>
  );
}
