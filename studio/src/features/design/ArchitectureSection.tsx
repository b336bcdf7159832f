import { Alert, Button, Collapse, Group, Loader, Stack, Table, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useAsked } from "@/shared/address/useAsked";
import { api, type Problem, type Schemas, unwrap } from "@/shared/api/client";
import { taskKey } from "@/shared/api/queries";
import { type EditorHandle, LazyEditor } from "@/shared/editor/LazyEditor";
import { count } from "@/shared/format/numbers";
import { useHotkey } from "@/shared/hotkeys/registry";
import { Network } from "@/shared/network/Network";
import { CopyArchitecture } from "./CopyArchitecture";
import type { SectionProps } from "./DesignPage";
import { EstimatePanel } from "./EstimatePanel";
import { Samples } from "./Samples";

const FILE = "architecture.py";
type Check = Schemas["CheckAnswer"];

export function ArchitectureSection({ draft, task }: SectionProps) {
  const editor = useRef<EditorHandle>(null);
  const checkedText = useRef("");
  const [checks, setChecks] = useState(0);
  const check = useMutation({
    mutationFn: async () => {
      await draft.save();
      checkedText.current = draft.file(FILE);
      setChecks((number) => number + 1);
      return unwrap(
        api.POST("/api/v1/tasks/{analysis_id}/{mltask_id}/check", { params: { path: task } }),
      );
    },
  });
  const validate = () => {
    if (!check.isPending) check.mutate();
  };
  useHotkey("validate", validate);
  useAsked("validate", validate);
  // What a valid check goes on to measure: asked for once a check, and kept with it.
  const run = useQuery({
    queryKey: ["estimate", taskKey(task), checks],
    enabled: check.data?.measures === true,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      unwrap(api.GET("/api/v1/tasks/{analysis_id}/{mltask_id}/estimate", { params: { path: task } })),
  });
  const text = draft.file(FILE);
  const isFresh = check.data !== undefined && checkedText.current === text;
  const problems = useMemo(
    () => mergeProblems(draft.problems, isFresh ? (check.data?.problems ?? []) : []),
    [draft.problems, check.data, isFresh],
  );
  const here = problems.filter((problem) => problem.file === FILE);
  const inputs = check.data?.inputs ?? [];
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Architecture
        </Title>
        <Group gap="xs">
          <Samples part="architecture" onChoose={(code) => editor.current?.insert(code)} />
          <CopyArchitecture task={task} code={text} onCode={(code) => draft.setFile(FILE, code)} />
          <Button loading={check.isPending} onClick={validate}>
            Validate
          </Button>
        </Group>
      </Group>
      <Inputs inputs={inputs} onInsert={(line) => editor.current?.insert(line)} pending={check.isPending} onAsk={validate} />
      <LazyEditor
        ref={editor}
        label="Architecture code"
        value={text}
        onChange={(value) => draft.setFile(FILE, value)}
        problems={here}
        completions={completions(inputs)}
      />
      <div role="status" aria-live="polite">
        {check.isPending && (
          <Group gap="xs">
            <Loader size="xs" />
            <Text size="sm">Building the network on the real input shapes…</Text>
          </Group>
        )}
        {check.data && isFresh && check.data.is_valid && (
          <Alert color="teal" title="Validation successful">
            <Text size="sm">
              {count(check.data.parameters)} parameters
              {check.data.rows &&
                `; ${count(Number(check.data.rows.train))} train rows, ${count(Number(check.data.rows.test))} test rows`}
              .
            </Text>
          </Alert>
        )}
        {check.data && !isFresh && (
          <Text size="sm" c="dimmed">
            The code has changed since it was validated.
          </Text>
        )}
      </div>
      <Problems problems={problems} onGo={(line) => editor.current?.goTo(line)} />
      {check.data && isFresh && (
        <EstimatePanel memory={check.data.memory ?? null} run={run.data} measuring={check.data.measures && run.isPending} />
      )}
      {check.data && check.data.layers.length > 0 && (
        <section aria-label="Layers of the network">
          <Title order={3} size="h5" mb="xs">
            Layers
          </Title>
          <Network layers={check.data.layers} />
        </section>
      )}
    </Stack>
  );
}

function mergeProblems(known: Problem[], checked: Problem[]): Problem[] {
  const seen = new Set(checked.map((one) => `${one.file}:${one.line}:${one.message}`));
  return [...checked, ...known.filter((one) => !seen.has(`${one.file}:${one.line}:${one.message}`))];
}

function completions(inputs: Check["inputs"]): string[] {
  const names = inputs.map((one) => String(one.name));
  return [
    ...names.flatMap((name) => [`"${name}"`, `input_shapes["${name}"]`]),
    "input_shapes",
    "n_classes",
    "keras.Input",
    "keras.Model",
    "layers.Dense",
    "layers.Dropout",
    "layers.BatchNormalization",
    "layers.Concatenate",
    "layers.Embedding",
    "layers.LSTM",
    "layers.Conv2D",
    "layers.Flatten",
  ];
}

function Inputs({ inputs, onInsert, pending, onAsk }: {
  inputs: Check["inputs"];
  onInsert: (line: string) => void;
  pending: boolean;
  onAsk: () => void;
}) {
  const [opened, { toggle }] = useDisclosure();
  const show = () => {
    if (!inputs.length && !pending) onAsk();
    toggle();
  };
  return (
    <div>
      <Button size="compact-sm" variant="subtle" aria-expanded={opened} onClick={show}>
        Display inputs{inputs.length ? ` (${inputs.length})` : ""}
      </Button>
      <Collapse expanded={opened}>
        <Table withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Input</Table.Th>
              <Table.Th>Shape</Table.Th>
              <Table.Th>Columns</Table.Th>
              <Table.Th>
                <span className="mantine-visually-hidden">Insert</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {inputs.map((one) => {
              const name = String(one.name);
              const columns = (one.columns as string[]) ?? [];
              return (
                <Table.Tr key={name}>
                  <Table.Td>
                    <code>{name}</code>
                  </Table.Td>
                  <Table.Td>
                    ({(one.shape as number[]).join(", ")}) {String(one.dtype)}
                  </Table.Td>
                  <Table.Td>
                    {columns.slice(0, 6).join(", ")}
                    {columns.length > 6 && ` and ${columns.length - 6} more`}
                  </Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Insert input ${name}`}
                      onClick={() =>
                        onInsert(
                          `${name.replace(/\W/g, "_")} = keras.Input(shape=input_shapes["${name}"], name="${name}")\n`,
                        )
                      }
                    >
                      Insert
                    </Button>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Collapse>
    </div>
  );
}

export function Problems({ problems, onGo }: { problems: Problem[]; onGo?: (line: number) => void }) {
  if (!problems.length) return null;
  return (
    <Stack gap="xs">
      {problems.map((problem) => (
        <Alert
          key={`${problem.file}${problem.line}${problem.key}${problem.message}`}
          color={problem.severity === "warning" ? "yellow" : "red"}
          title={
            <>
              {problem.severity === "warning" ? "Warning" : "Error"} in {problem.file}
              {problem.line != null && `, line ${problem.line}`}
              {problem.key && ` [${problem.key}]`}
            </>
          }
        >
          <Text size="sm">{problem.message}</Text>
          {problem.fix && <Text size="sm">Fix: {problem.fix}</Text>}
          {problem.line != null && problem.file === FILE && onGo && (
            <Button size="compact-xs" variant="default" mt={4} onClick={() => onGo(problem.line!)}>
              Go to line {problem.line}
            </Button>
          )}
        </Alert>
      ))}
    </Stack>
  );
}
