import { Group, Input, NumberInput, Slider } from "@mantine/core";

export function SmoothingControl({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  return (
    <Input.Wrapper label="Smoothing" labelElement="div">
      <Group gap="xs" wrap="nowrap">
        <Slider w={140} min={0} max={0.99} step={0.01} value={value} onChange={onChange} label={null} thumbLabel="Smoothing" />
        <NumberInput w={76} size="xs" aria-label="Smoothing as a number" min={0} max={0.99} step={0.05} value={value} onChange={(typed) => onChange(Number(typed) || 0)} />
      </Group>
    </Input.Wrapper>
  );
}
