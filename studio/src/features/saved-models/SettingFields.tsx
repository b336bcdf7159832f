import { ActionIcon, Autocomplete, Button, Fieldset, Group, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { queries } from "@/shared/api/queries";
import type { Version } from "./queries";

export type Change = { id: number; key: string; value: string };

/** Settings of the design that are to be others, with what they are now. */
export function SettingFields({ version, changes, onChange }: {
  version: Version | undefined;
  changes: Change[];
  onChange: (changes: Change[]) => void;
}) {
  const known = useSettings(version);
  const edit = (id: number, some: Partial<Change>) =>
    onChange(changes.map((one) => (one.id === id ? { ...one, ...some } : one)));
  const add = () => onChange([...changes, { id: Math.max(0, ...changes.map((one) => one.id)) + 1, key: "", value: "" }]);
  return (
    <Fieldset legend="Changed settings">
      {changes.map((one, at) => (
        <Group key={one.id} align="flex-end" gap="xs" mb="xs">
          <Autocomplete
            label={at === 0 ? "Setting" : undefined}
            aria-label={`Setting ${at + 1}`}
            placeholder="training.epochs"
            style={{ flex: "2 1 170px" }}
            data={Object.keys(known)}
            value={one.key}
            onChange={(key) => edit(one.id, { key })}
          />
          <TextInput
            label={at === 0 ? "Value" : undefined}
            aria-label={`Value of setting ${at + 1}`}
            placeholder={known[one.key] ?? ""}
            style={{ flex: "1 1 90px" }}
            value={one.value}
            onChange={(event) => edit(one.id, { value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Leave setting ${at + 1} as it is`}
            onClick={() => onChange(changes.filter((other) => other.id !== one.id))}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
        Change a setting
      </Button>
    </Fieldset>
  );
}

/** What is set in the design of a version, as it is written; nothing where its session is gone. */
function useSettings(version: Version | undefined): Record<string, string> {
  const [analysis_id = "", mltask_id = "", session_id = ""] = version?.session_reference.split("/") ?? [];
  const settings = useQuery({
    ...queries.settings({ analysis_id, mltask_id, session_id }),
    enabled: version !== undefined,
  });
  return Object.fromEntries(
    Object.entries(settings.data ?? {}).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
