import { Group, Kbd, Modal, SimpleGrid, Table, Title, VisuallyHidden } from "@mantine/core";
import { EDITOR_KEYS, HOTKEYS, type Hotkey } from "./catalogue";
import { printed } from "./keys";

/** All hotkeys, as the registry has them. */
export function HotkeyList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const all: Hotkey[] = [...Object.values(HOTKEYS), ...EDITOR_KEYS];
  const groups = [...new Set(all.map((one) => one.group))];
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size="xl" closeButtonProps={{ "aria-label": "Close" }}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <div>
          {groups.slice(0, -1).map((group) => (
            <Keys key={group} group={group} all={all} />
          ))}
        </div>
        <Keys group={groups.at(-1)!} all={all} />
      </SimpleGrid>
    </Modal>
  );
}

function Keys({ group, all }: { group: string; all: Hotkey[] }) {
  return (
    <section>
      <Title order={3} size="h5" mt="xs">
        {group}
      </Title>
      <Table aria-label={group} verticalSpacing={4} mb="sm">
        <VisuallyHidden component="thead">
          <tr>
            <th scope="col">Does</th>
            <th scope="col">Keys</th>
          </tr>
        </VisuallyHidden>
        <Table.Tbody>
          {all
            .filter((one) => one.group === group)
            .map((one) => (
              <Table.Tr key={one.label}>
                <Table.Td pl={0}>{one.label}</Table.Td>
                <Table.Td pr={0}>
                  <KeysOf keys={one.keys} />
                </Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

/** The keys to press, each as a key. */
export function KeysOf({ keys }: { keys: string }) {
  return (
    <Group gap={3} wrap="nowrap" justify="flex-end">
      {printed(keys).map((key) => (
        <Kbd key={key} size="xs">
          {key}
        </Kbd>
      ))}
    </Group>
  );
}
