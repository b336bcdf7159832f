import { Alert, Badge, Button, Collapse, Group, Loader, Select, Stack, Table, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { useAsked } from "@/shared/address/useAsked";
import { api, type Problem, type Schemas, unwrap } from "@/shared/api/client";
import { queries, taskKey } from "@/shared/api/queries";
import { type EditorHandle, LazyEditor } from "@/shared/editor/LazyEditor";
import { count } from "@/shared/format/numbers";
import { useHotkey } from "@/shared/hotkeys/registry";
import type { SectionProps } from "./DesignPage";
import { NetworkDrawing } from "./NetworkDrawing";
import { Samples } from "./Samples";

const FILE = "architecture.py";
type Check = Schemas["CheckAnswer"];

export function ArchitectureSection({ draft, task }: SectionProps) {
  const editor = useRef<EditorHandle>(null);
  const checkedText = useRef("");
  const check = useMutation({
    mutationFn: async () => {
      await draft.save();
      checkedText.current = draft.file(FILE);
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
          <CopyFrom task={taskKey(task)} onCode={(code) => draft.setFile(FILE, code)} />
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
              {count(check.data.parameters)} parameters, about {memory(check.data.parameters)} while
              training
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
      {check.data && check.data.layers.length > 0 && <Layers check={check.data} />}
    </Stack>
  );
}

function mergeProblems(known: Problem[], checked: Problem[]): Problem[] {
  const seen = new Set(checked.map((one) => `${one.file}:${one.line}:${one.message}`));
  return [...checked, ...known.filter((one) => !seen.has(`${one.file}:${one.line}:${one.message}`))];
}

/** Weights, their gradients and the optimizer's two moments, four bytes each. */
function memory(parameters: number | null): string {
  return parameters === null ? "–" : `${Math.max(1, Math.round((parameters * 16) / 2 ** 20))} MiB`;
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

function Layers({ check }: { check: Check }) {
  return (
    <Group align="flex-start" grow preventGrowOverflow={false}>
      <Table withTableBorder miw={380}>
        <Table.Caption>Layers</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Layer</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th>Output shape</Table.Th>
            <Table.Th ta="right">Parameters</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="numeric">
          {check.layers.map((layer) => (
            <Table.Tr key={String(layer.name)}>
              <Table.Td>{String(layer.name)}</Table.Td>
              <Table.Td>
                <Badge variant="light">{String(layer.type)}</Badge>
              </Table.Td>
              <Table.Td>{shapeOf(layer.shape)}</Table.Td>
              <Table.Td ta="right">{count(layer.parameters as number | null)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <NetworkDrawing layers={check.layers} />
    </Group>
  );
}

const shapeOf = (shape: unknown) =>
  Array.isArray(shape) ? `(${shape.map((one) => one ?? "rows").join(", ")})` : "";

function CopyFrom({ task, onCode }: { task: string; onCode: (code: string) => void }) {
  const projects = useQuery(queries.projects());
  const [opened, { toggle, close }] = useDisclosure();
  const all = useQuery({
    queryKey: ["all-tasks"],
    enabled: opened,
    queryFn: async () => {
      const lists = await Promise.all(
        (projects.data ?? []).map((one) =>
          unwrap(
            api.GET("/api/v1/projects/{project}/tasks", { params: { path: { project: one.key } } }),
          ),
        ),
      );
      return lists.flat().filter((one) => one.reference !== task);
    },
  });
  const copy = async (reference: string | null) => {
    const [analysis_id, mltask_id] = (reference ?? "").split("/");
    if (!analysis_id || !mltask_id) return;
    const design = await unwrap(
      api.GET("/api/v1/tasks/{analysis_id}/{mltask_id}/design", {
        params: { path: { analysis_id, mltask_id } },
      }),
    );
    onCode(design.files[FILE] ?? "");
    close();
  };
  return (
    <>
      <Button variant="default" onClick={toggle} aria-expanded={opened}>
        Copy from
      </Button>
      {opened && (
        <Select
          aria-label="Task to copy the architecture from"
          placeholder={all.data?.length === 0 ? "There is no other task" : "Choose a task"}
          data={(all.data ?? []).map((one) => ({ value: one.reference, label: `${one.name} (${one.reference})` }))}
          onChange={(value) => void copy(value)}
        />
      )}
    </>
  );
}
