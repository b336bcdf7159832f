import { ActionIcon, Button, Checkbox, Group, Popover, ScrollArea, Stack, TextInput } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconColumns, IconPin, IconPinFilled } from "@tabler/icons-react";
import { useState } from "react";
import { arranged, type ColumnChoice, moved, toggled } from "./columns";

type Named = { key: string; name: string };

/** The columns of a table as they were chosen on this machine. */
export function useColumnChoice(table: string, hidden: string[]) {
  return useLocalStorage<ColumnChoice>({
    key: `hornbook:columns:${table}`,
    defaultValue: { order: [], hidden, pinned: [] },
    getInitialValueInEffect: false,
  });
}

/** Chooses, orders and pins the columns of a table. */
export function ColumnPicker({ columns, choice, onChange, onReset }: {
  columns: Named[];
  choice: ColumnChoice;
  onChange: (choice: ColumnChoice) => void;
  onReset: () => void;
}) {
  const [typed, setTyped] = useState("");
  const all = arranged(columns, choice);
  const order = all.map((one) => one.key);
  const found = all.filter((one) => one.name.toLowerCase().includes(typed.toLowerCase()));
  return (
    <Popover position="bottom-end" trapFocus withinPortal shadow="md" onClose={() => setTyped("")}>
      <Popover.Target>
        <Button size="compact-sm" variant="default" leftSection={<IconColumns size={14} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns of the table">
        <Stack gap="xs" w={260}>
          <TextInput size="xs" label="Search columns" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
          <ScrollArea.Autosize mah={320} offsetScrollbars>
            {found.map((one) => (
              <Group key={one.key} justify="space-between" wrap="nowrap" py={3}>
                <Checkbox
                  size="xs"
                  label={one.name}
                  checked={!choice.hidden.includes(one.key)}
                  onChange={() => onChange({ ...choice, hidden: toggled(choice.hidden, one.key) })}
                />
                <Places
                  name={one.name}
                  isPinned={choice.pinned.includes(one.key)}
                  onPin={() => onChange({ ...choice, pinned: toggled(choice.pinned, one.key) })}
                  onMove={(by) => onChange(moved(choice, order, one.key, by))}
                />
              </Group>
            ))}
          </ScrollArea.Autosize>
          <Button size="compact-xs" variant="subtle" onClick={onReset}>
            As by default
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Places({ name, isPinned, onPin, onMove }: {
  name: string;
  isPinned: boolean;
  onPin: () => void;
  onMove: (by: 1 | -1) => void;
}) {
  const Pin = isPinned ? IconPinFilled : IconPin;
  return (
    <ActionIcon.Group>
      <ActionIcon variant="default" size="sm" aria-label={`Move ${name} to the left`} onClick={() => onMove(-1)}>
        <IconArrowUp size={12} />
      </ActionIcon>
      <ActionIcon variant="default" size="sm" aria-label={`Move ${name} to the right`} onClick={() => onMove(1)}>
        <IconArrowDown size={12} />
      </ActionIcon>
      <ActionIcon variant="default" size="sm" aria-pressed={isPinned} aria-label={`Pin ${name}`} onClick={onPin}>
        <Pin size={12} />
      </ActionIcon>
    </ActionIcon.Group>
  );
}
