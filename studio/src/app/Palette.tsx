import { Combobox, Group, Modal, Text, TextInput, useCombobox } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { KeysOf } from "@/shared/hotkeys/HotkeyList";
import { useCommands } from "./commands";
import { type Command, grouped, matching } from "./matching";

/** Every page and action by its name: typed, chosen with the arrows, done with Enter. */
export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size="lg"
      yOffset="10vh"
      transitionProps={{ duration: 80 }}
      attributes={{ content: { "aria-label": "Go to a page, or do something" } }}
    >
      <Commands onClose={onClose} />
    </Modal>
  );
}

function Commands({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const store = useCombobox({ opened: true, onDropdownClose: onClose });
  const commands = useCommands();
  const found = matching(commands, typed);
  const ids = found.map((one) => one.id).join();
  const { selectFirstOption } = store;
  useEffect(() => {
    selectFirstOption();
    // The first of what is found now; the store's functions are new each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ids]);
  const run = (id: string) => {
    onClose();
    // The dialog gives the focus back first: what is run may take it.
    setTimeout(() => commands.find((one) => one.id === id)?.run(), 0);
  };
  return (
    <Combobox store={store} onOptionSubmit={run}>
      <Combobox.EventsTarget withExpandedAttribute>
        <TextInput
          role="combobox"
          aria-label="Search pages and actions"
          placeholder="Search pages and actions"
          data-autofocus
          variant="unstyled"
          size="lg"
          px="md"
          leftSection={<IconSearch size={18} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </Combobox.EventsTarget>
      <Combobox.Options tabIndex={0} className="palette-options" aria-label="Pages and actions">
        {grouped(found).map(([group, some]) => (
          <Combobox.Group key={group} label={group}>
            {some.map((one) => (
              <Option key={one.id} command={one} />
            ))}
          </Combobox.Group>
        ))}
        {found.length === 0 && <Combobox.Empty>Nothing is called so.</Combobox.Empty>}
      </Combobox.Options>
    </Combobox>
  );
}

function Option({ command }: { command: Command }) {
  return (
    <Combobox.Option value={command.id}>
      <Group justify="space-between" wrap="nowrap" gap="md">
        <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
          <Text size="sm" truncate>
            {command.label}
          </Text>
          {command.hint && (
            <Text size="xs" className="palette-hint" truncate>
              {command.hint}
            </Text>
          )}
        </Group>
        {command.keys && <KeysOf keys={command.keys} />}
      </Group>
    </Combobox.Option>
  );
}
