import { Select, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { LazyEditor } from "@/shared/editor/LazyEditor";
import type { SectionProps } from "./DesignPage";

/** The files as they stand in the folder, for what has no form. */
export function RawFileSection({ draft }: SectionProps) {
  const [name, setName] = useState("task.toml");
  return (
    <Stack>
      <Title order={2} size="h4">
        All settings
      </Title>
      <Text size="sm" c="dimmed">
        The design is this folder of files; the forms write task.toml and keep your comments.
      </Text>
      <Select
        label="File"
        allowDeselect={false}
        data={draft.fileNames}
        value={name}
        w={280}
        onChange={(value) => setName(value ?? "task.toml")}
      />
      <LazyEditor
        key={name}
        label={`File ${name}`}
        value={draft.file(name)}
        onChange={(text) => draft.setFile(name, text)}
        problems={draft.problems.filter((problem) => problem.file === name)}
        plain={name.endsWith(".toml")}
      />
    </Stack>
  );
}
