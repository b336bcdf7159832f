import { Button, Checkbox, ColorPicker, ColorSwatch, Group, Popover, ScrollArea, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "@/shared/api/client";
import { PALETTE } from "@/shared/charts/options";
import { FIRST } from "@/shared/compare/comparison";

type Summary = Schemas["SessionSummary"];

/** Which models are shown, and in which colour. */
export function ModelPicker({ models, shown, onShow, colourOf, onColour, lineOf }: {
  models: Summary[];
  shown: Summary[];
  /** Null for those by default. */
  onShow: (ids: string[] | null) => void;
  colourOf: (sessionId: string) => string;
  onColour: (sessionId: string, colour: string) => void;
  lineOf: (session: Summary) => string;
}) {
  const [typed, setTyped] = useState("");
  const found = models.filter((one) => lineOf(one).toLowerCase().includes(typed.toLowerCase()));
  const ids = shown.map((one) => one.session_id);
  const toggle = (id: string) => onShow(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]);
  return (
    <Stack gap="xs" component="section" aria-label="Models">
      {models.length > 8 && (
        <TextInput size="xs" label="Search models" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
      )}
      <Group gap={4}>
        <Button size="compact-xs" variant="default" onClick={() => onShow(found.map((one) => one.session_id))}>
          All
        </Button>
        {models.length > FIRST && (
          <Button size="compact-xs" variant="default" onClick={() => onShow(null)}>
            First {FIRST}
          </Button>
        )}
        <Button size="compact-xs" variant="default" onClick={() => onShow([])}>
          None
        </Button>
        <Text size="xs" c="dimmed" role="status">
          {shown.length} of {models.length} shown
        </Text>
      </Group>
      <ScrollArea.Autosize mah="60vh" offsetScrollbars="present">
        <Stack gap={4}>
          {found.map((one) => (
            <Group key={one.session_id} gap={8} wrap="nowrap" className="compare-model" data-line={lineOf(one)}>
              <Colour
                name={lineOf(one)}
                colour={colourOf(one.session_id)}
                onChange={(colour) => onColour(one.session_id, colour)}
              />
              <Checkbox
                size="xs"
                label={lineOf(one)}
                checked={ids.includes(one.session_id)}
                onChange={() => toggle(one.session_id)}
              />
            </Group>
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </Stack>
  );
}

function Colour({ name, colour, onChange }: {
  name: string;
  colour: string;
  onChange: (colour: string) => void;
}) {
  return (
    <Popover withinPortal trapFocus shadow="md">
      <Popover.Target>
        <UnstyledButton aria-label={`Colour of ${name}`}>
          <ColorSwatch size={14} color={colour} withShadow={false} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Colour of ${name}`}>
        <ColorPicker
          format="hex"
          value={colour}
          onChange={onChange}
          swatches={PALETTE}
          swatchesPerRow={5}
          saturationLabel="Saturation"
          hueLabel="Hue"
        />
      </Popover.Dropdown>
    </Popover>
  );
}
