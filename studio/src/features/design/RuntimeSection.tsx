import { Alert, Group, Paper, Progress, Radio, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Schemas } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { count } from "@/shared/format/numbers";
import type { SectionProps } from "./DesignPage";
import { problemAt } from "./SettingsForm";

type Runtime = Schemas["RuntimeInfo"];

const NAMES: Record<string, string> = { jax: "JAX", tensorflow: "TensorFlow", torch: "PyTorch" };

export function RuntimeSection({ draft, task }: SectionProps) {
  const runtime = useQuery(queries.runtime());
  const plan = useQuery({ ...queries.plan(task, draft.revision), enabled: !draft.isDirty });
  const here = runtime.data;
  if (here === undefined) return null;
  const backend = String(draft.value(["runtime", "backend"]) ?? "auto");
  const device = String(draft.value(["runtime", "device"]) ?? "auto");
  const chosen = plan.data?.plan;
  const auto = backend === "auto" && chosen?.backend != null ? `Here ${NAMES[chosen.backend] ?? chosen.backend}: ${chosen.backend_reason}.` : "";
  return (
    <Stack gap="md">
      <Title order={2} size="h4">
        Runtime environment
      </Title>
      <Radio.Group label="Backend" description="What Keras runs on" value={backend} error={problemAt(draft, ["runtime", "backend"])} onChange={(value) => draft.set(["runtime", "backend"], value)}>
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} mt="xs">
          <Choice value="auto" name="Automatic" note={auto || "What suits the code and the machine"} />
          {here.all_backends.map((one) => (
            <Choice
              key={one.name}
              value={one.name}
              name={NAMES[one.name] ?? one.name}
              note={one.version === null ? `Not installed: pip install '${one.name === "torch" ? "hornbook[torch]" : one.name}'` : `Version ${one.version}`}
              disabled={one.version === null && backend !== one.name}
            />
          ))}
          <Choice value="race" name="Race" note="Each trains a few seconds on your batches; the fastest goes on" />
        </SimpleGrid>
      </Radio.Group>
      <Radio.Group label="Device" description="Where the network is trained" value={device} error={problemAt(draft, ["runtime", "device"])} onChange={(value) => draft.set(["runtime", "device"], value)}>
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} mt="xs">
          <Choice value="auto" name="Automatic" note={here.devices.length > 1 ? "All graphics cards that the backend can use" : "No graphics card was found here, so the processor"} />
          {here.devices.map((one) => (
            <Choice
              key={one.device}
              value={one.device}
              name={one.device === "cpu" ? "Processor" : `Graphics card ${one.device.replace("gpu:", "")}`}
              note={one.device === "cpu" ? `${one.name}, ${here.cpus} ${here.cpus === 1 ? "core" : "cores"}` : one.name}
            >
              <Meter
                label="Load"
                value={one.load_percent}
                said={one.load_percent === null ? "not told" : `${Math.round(one.load_percent)} %`}
              />
              <Meter
                label="Memory"
                value={(100 * one.used_mb) / Math.max(1, one.total_mb)}
                said={`${gib(one.used_mb)} of ${gib(one.total_mb)} GiB`}
              />
            </Choice>
          ))}
        </SimpleGrid>
      </Radio.Group>
      {device.startsWith("gpu:") && !here.devices.some((one) => one.device === device) && (
        <Alert color="yellow">{`The design asks for ${device}, which this machine does not have. Choose another device.`}</Alert>
      )}
      <Environment here={here} />
    </Stack>
  );
}

function Choice({ value, name, note, disabled, children }: {
  value: string;
  name: string;
  note: string;
  disabled?: boolean;
  children?: ReactNode;
}) {
  return (
    <Paper withBorder p="sm">
      <Stack gap={6}>
        <Radio value={value} label={name} description={note} disabled={disabled} />
        {children}
      </Stack>
    </Paper>
  );
}

function Meter({ label, value, said }: { label: string; value: number | null; said: string }) {
  const percent = Math.min(100, Math.max(0, value ?? 0));
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          {label}
        </Text>
        <Text size="xs" className="numeric">
          {said}
        </Text>
      </Group>
      <Progress size="sm" value={percent} aria-label={label} color={percent > 90 ? "orange" : undefined} />
    </div>
  );
}

const gib = (mb: number) => (mb / 1024).toFixed(1);

function Environment({ here }: { here: Runtime }) {
  const facts: [string, string][] = [
    ["Executor", here.executor],
    ["Trainings at once", `${count(here.limit)}; further ones wait (hornbook serve --limit)`],
    ["Python", `${here.python}, ${here.executable}`],
    ["System", here.platform],
    ["Hornbook", here.version],
    ["Workspace", here.home],
  ];
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <section aria-label="Executor">
        <Title order={3} size="h5" mb="xs">
          Executor
        </Title>
        <Table withTableBorder variant="vertical">
          <Table.Tbody>
            {facts.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th w={150}>{name}</Table.Th>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      <section aria-label="Python environment">
        <Title order={3} size="h5" mb="xs">
          Python environment
        </Title>
        <Table withTableBorder aria-label="Packages" verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Package</Table.Th>
              <Table.Th ta="right">Version</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="numeric">
            {[...here.all_backends.filter((one) => one.version !== null), ...here.packages].map((one) => (
              <Table.Tr key={one.name}>
                <Table.Td>{one.name}</Table.Td>
                <Table.Td ta="right">{one.version}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </SimpleGrid>
  );
}
