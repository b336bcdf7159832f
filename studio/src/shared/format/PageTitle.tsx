import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { setPageTitle } from "./documentTitle";

/** What one is looking at, and what one can do with it. */
export function PageTitle({ title, note, tab, children }: {
  title: string;
  note?: ReactNode;
  tab?: string;
  children?: ReactNode;
}) {
  useEffect(() => {
    setPageTitle(tab ?? title);
  }, [title, tab]);
  return (
    <Group justify="space-between" align="flex-start" mb="md">
      <Stack gap={0} style={{ flex: "1 1 300px", minWidth: 0, overflowWrap: "anywhere" }}>
        <Title order={1} size="h3">
          {title}
        </Title>
        {note && (
          <Text size="sm" c="dimmed">
            {note}
          </Text>
        )}
      </Stack>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}
