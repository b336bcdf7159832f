import { ActionIcon, Group, Modal, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useHotkey } from "@/shared/hotkeys/registry";
import { gallery } from "./gallery";

/** A chart over the whole window; arrows step to the others of the page, Escape leaves. */
export function FullScreen({ id, title, onClose, children }: {
  id: string;
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const { at, total } = gallery.place(id);
  useHotkey("nextChart", () => gallery.step(1));
  useHotkey("previousChart", () => gallery.step(-1));
  const several = total > 1;
  return (
    <Modal
      opened
      fullScreen
      onClose={onClose}
      returnFocus={false}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ "aria-label": "Leave full screen" }}
      title={
        <Group gap="xs">
          {several && (
            <ActionIcon variant="default" aria-label="Previous chart" onClick={() => gallery.step(-1)}>
              <IconChevronLeft size={16} />
            </ActionIcon>
          )}
          {several && (
            <ActionIcon variant="default" aria-label="Next chart" onClick={() => gallery.step(1)}>
              <IconChevronRight size={16} />
            </ActionIcon>
          )}
          <Text fw={600}>{title}</Text>
          {several && (
            <Text size="sm" c="dimmed">
              {at + 1} of {total}
            </Text>
          )}
        </Group>
      }
    >
      {children}
    </Modal>
  );
}
