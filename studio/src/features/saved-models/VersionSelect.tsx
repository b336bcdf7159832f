import { Select } from "@mantine/core";
import type { SavedModel } from "./queries";

export function VersionSelect({ model, value, onChange, label = "Version" }: {
  model: SavedModel;
  value: string;
  onChange: (version: string) => void;
  label?: string;
}) {
  return (
    <Select
      label={label}
      allowDeselect={false}
      data={model.versions.map((one) => ({
        value: one.version_id,
        label: one.active ? `${one.version_id} (active)` : one.version_id,
      }))}
      value={value}
      onChange={(one) => onChange(one ?? value)}
    />
  );
}
