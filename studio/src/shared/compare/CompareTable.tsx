import { ActionIcon, Group, Text, Tooltip, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconPin, IconPinFilled } from "@tabler/icons-react";
import { VirtualTable } from "@/shared/table/VirtualTable";
import { copied, deltaOf, type Row, said, type Value } from "./comparison";

/** A model that others are held against; `line` says exactly which. */
export type Compared = { key: string; name: string; line: string };

const ROW = 32;
const HEAD = 36;
const KEY = 270;
const MODEL = 160;

/** Keys down, models across; beside each number how far it is from the baseline's. */
export function CompareTable({ label, rows, shown, base, onBase }: {
  label: string;
  rows: Row[];
  shown: Compared[];
  /** The key of the baseline, if there is one. */
  base: string | null;
  onBase: (key: string | null) => void;
}) {
  const baseAt = shown.findIndex((one) => one.key === base);
  return (
    <VirtualTable
      label={label}
      total={rows.length}
      height={Math.min(520, HEAD + ROW * rows.length + 18)}
      pinned={1}
      rowHeaders
      columns={[
        { key: "key", header: label, width: KEY },
        ...shown.map((one) => ({
          key: one.key,
          line: one.line,
          width: MODEL,
          header: <Head model={one} isBase={one.key === base} onBase={onBase} />,
        })),
      ]}
      row={(index) => {
        const { key, values } = rows[index]!;
        return [
          <span key="key" title={key}>
            {key}
          </span>,
          ...values.map((value, at) => (
            <Cell
              key={shown[at]?.key}
              value={value}
              delta={baseAt < 0 || at === baseAt ? undefined : deltaOf(value, values[baseAt])}
              isOther={baseAt >= 0 && JSON.stringify(value) !== JSON.stringify(values[baseAt])}
            />
          )),
        ];
      }}
    />
  );
}

function Head({ model, isBase, onBase }: {
  model: Compared;
  isBase: boolean;
  onBase: (key: string | null) => void;
}) {
  const Pin = isBase ? IconPinFilled : IconPin;
  return (
    <Group gap={4} wrap="nowrap" w="100%" justify="space-between">
      <Text size="sm" fw={600} truncate title={model.line}>
        {model.name}
        {isBase && <VisuallyHidden> (baseline)</VisuallyHidden>}
      </Text>
      <ActionIcon
        size="sm"
        variant={isBase ? "light" : "subtle"}
        color={isBase ? undefined : "gray"}
        aria-pressed={isBase}
        aria-label={`Compare with ${model.line}`}
        onClick={() => onBase(isBase ? null : model.key)}
      >
        <Pin size={13} />
      </ActionIcon>
    </Group>
  );
}

function Cell({ value, delta, isOther }: { value: Value; delta: string | undefined; isOther: boolean }) {
  const clipboard = useClipboard();
  const copy = () => {
    clipboard.copy(copied(value));
    notifications.show({ message: `Copied ${copied(value)}`, autoClose: 1500 });
  };
  if (value == null) return <Text size="sm">–</Text>;
  return (
    <Group gap={6} wrap="nowrap" miw={0}>
      <Tooltip label={`Copy ${copied(value)}`} multiline maw={420} openDelay={400} withinPortal>
        <UnstyledButton className="copied-value" fw={isOther ? 600 : undefined} aria-label={`${said(value)}, copy`} onClick={copy}>
          {said(value)}
        </UnstyledButton>
      </Tooltip>
      {delta !== undefined && (
        <Text size="xs" c="dimmed">
          {delta}
        </Text>
      )}
    </Group>
  );
}
