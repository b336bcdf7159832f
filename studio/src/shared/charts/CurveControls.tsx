import { Checkbox, Group, Input, SegmentedControl } from "@mantine/core";
import type { ReactNode } from "react";
import { SmoothingControl } from "./SmoothingControl";
import type { CurveView } from "./view";

const AXES = [
  { value: "epoch", label: "Epoch" },
  { value: "step", label: "Step" },
  { value: "time", label: "Time" },
];

/** How all curves of a page are looked at; first, as children, which they are. */
export function CurveControls({ children, view, onChange }: {
  children?: ReactNode;
  view: CurveView;
  onChange: (change: Partial<CurveView>) => void;
}) {
  return (
    <Group align="flex-end" gap="md">
      {children}
      <SmoothingControl value={view.smoothing} onChange={(smoothing) => onChange({ smoothing })} />
      <Input.Wrapper label="X axis" labelElement="div">
        <SegmentedControl
          display="flex"
          size="xs"
          aria-label="X axis"
          data={AXES}
          value={view.x}
          onChange={(x) => onChange({ x: x as CurveView["x"] })}
        />
      </Input.Wrapper>
      <Group gap="md" mb={6}>
        <Checkbox label="Log x" size="xs" checked={view.logX} onChange={(event) => onChange({ logX: event.currentTarget.checked })} />
        <Checkbox label="Log y" size="xs" checked={view.logY} onChange={(event) => onChange({ logY: event.currentTarget.checked })} />
        <Checkbox
          label="Ignore outliers"
          size="xs"
          checked={view.ignoreOutliers}
          onChange={(event) => onChange({ ignoreOutliers: event.currentTarget.checked })}
        />
      </Group>
    </Group>
  );
}
