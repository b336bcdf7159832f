import { ActionIcon, Checkbox, Group, Progress, Stack, Text, TextInput } from "@mantine/core";
import { IconStar, IconStarFilled } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { api, unwrap } from "@/shared/api/client";
import { useProgress } from "@/shared/api/progress";
import { ago, measured } from "@/shared/format/numbers";
import { StatusBadge, type Summary } from "./ResultPage";
import classes from "./SessionList.module.css";

type Props = {
  sessions: Summary[];
  chosen: Summary | undefined;
  find: string;
  starred: boolean;
  onFind: (text: string) => void;
  onStarred: (only: boolean) => void;
  onChoose: (session: Summary) => void;
};

export function SessionList(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: props.sessions.length,
    getScrollElement: () => place.current,
    estimateSize: () => 84,
    overscan: 6,
  });
  return (
    <Stack gap="xs" w={{ base: "100%", sm: 290 }} component="section" aria-label="Sessions">
      <TextInput
        label="Search sessions"
        size="xs"
        value={props.find}
        onChange={(event) => props.onFind(event.currentTarget.value)}
      />
      <Checkbox
        label="Starred only"
        size="xs"
        checked={props.starred}
        onChange={(event) => props.onStarred(event.currentTarget.checked)}
      />
      <div ref={place} className={classes.list}>
        <ul style={{ height: rows.getTotalSize(), position: "relative", margin: 0, padding: 0 }}>
          {rows.getVirtualItems().map((item) => {
            const session = props.sessions[item.index]!;
            return (
              <li
                key={session.reference}
                className={classes.item}
                data-chosen={session.reference === props.chosen?.reference ? "" : undefined}
                style={{ top: item.start, height: item.size - 6 }}
              >
                <Item session={session} onChoose={() => props.onChoose(session)} chosen={session.reference === props.chosen?.reference} />
              </li>
            );
          })}
        </ul>
      </div>
    </Stack>
  );
}

function Item({ session, onChoose, chosen }: { session: Summary; onChoose: () => void; chosen: boolean }) {
  const star = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH("/api/v1/sessions/{analysis_id}/{mltask_id}/{session_id}", {
          params: { path: session },
          body: { starred: !session.starred },
        }),
      ),
  });
  return (
    <>
      <Group justify="space-between" wrap="nowrap" gap={4}>
        <button type="button" className={classes.name} onClick={onChoose} aria-current={chosen ? "true" : undefined}>
          {session.name}
        </button>
        <ActionIcon
          variant="subtle"
          color={session.starred ? "yellow" : "gray"}
          size="sm"
          aria-label={session.starred ? `Unstar ${session.name}` : `Star ${session.name}`}
          aria-pressed={session.starred}
          onClick={() => star.mutate()}
        >
          {session.starred ? <IconStarFilled size={14} /> : <IconStar size={14} />}
        </ActionIcon>
      </Group>
      <Group gap={6} wrap="nowrap">
        <StatusBadge session={session} />
        <Text size="xs" c="dimmed" title={session.created_at}>
          {session.session_id}, {ago(session.created_at)}
        </Text>
      </Group>
      {session.status === "running" ? (
        <ItemProgress session={session} />
      ) : (
        session.metric_value !== null && (
          <Text size="xs" className="numeric">
            {session.metric} {measured(session.metric_value)}
          </Text>
        )
      )}
    </>
  );
}

function ItemProgress({ session }: { session: Summary }) {
  const progress = useProgress(session);
  const share = progress?.epochs ? (100 * progress.epoch) / progress.epochs : 0;
  return <Progress value={share} size="sm" mt={6} aria-label={`Progress of ${session.name}`} />;
}
