import { Button, Group, Stack, Switch, Text, Title } from "@mantine/core";
import { LazyEditor } from "@/shared/editor/LazyEditor";
import type { SectionProps } from "./DesignPage";
import { useDesignSchema } from "./FormSections";
import { Samples } from "./Samples";
import { SettingsForm } from "./SettingsForm";

const FILE = "training.py";

export function TrainingSection({ draft }: SectionProps) {
  const { schema } = useDesignSchema();
  if (schema === undefined) return null;
  const advanced = draft.value(["training", "mode"]) === "advanced";
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Training
        </Title>
        <Switch
          label="Advanced mode"
          checked={advanced}
          onChange={(event) =>
            draft.set(["training", "mode"], event.currentTarget.checked ? "advanced" : "standard")
          }
        />
      </Group>
      {advanced ? (
        <>
          <Group justify="space-between">
            <Text size="sm" maw={620}>
              <code>build_sequences</code> returns the batches to train and to measure on,{" "}
              <code>fit_model</code> calls <code>model.fit</code> with the base callbacks and yours.
              The code stays when you go back to the standard mode.
            </Text>
            <Group gap="xs">
              <Samples part="training" onChoose={(code) => draft.setFile(FILE, code)} />
              <Button
                variant="default"
                onClick={() => draft.set(["training", "mode"], "standard")}
              >
                Standard mode
              </Button>
            </Group>
          </Group>
          <LazyEditor
            label="Training code"
            value={draft.file(FILE)}
            onChange={(text) => draft.setFile(FILE, text)}
            problems={draft.problems.filter((problem) => problem.file === FILE)}
          />
        </>
      ) : (
        <SettingsForm draft={draft} root={schema} path={["training"]} except={["mode"]} title="Standard mode" />
      )}
      <SettingsForm draft={draft} root={schema} path={["diagnostics"]} />
    </Stack>
  );
}
