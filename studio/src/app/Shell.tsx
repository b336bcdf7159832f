import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Group,
  NavLink,
  Select,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconFolder,
  IconLayoutDashboard,
  IconMoon,
  IconPackage,
  IconSun,
  IconTable,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { Link, useLocation, useMatch, useNavigate } from "react-router";
import { queries } from "@/shared/api/queries";
import { StudioSocket } from "@/shared/api/socket";

export function Shell({ version, children }: { version: string; children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure();
  const location = useLocation();
  useEffect(close, [location.key, close]);
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 230, breakpoint: "md", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="md"
              size="sm"
              aria-label="Navigation"
            />
            <img src="/favicon.svg" alt="" width={22} height={22} />
            <Text fw={700} component={Link} to="/" c="inherit" td="none">
              Hornbook
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Connection />
            <SchemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Workspace">
        <Navigation />
        <Text size="xs" c="dimmed" mt="auto" px="xs">
          Version {version}
        </Text>
      </AppShell.Navbar>
      <AppShell.Main id="content">{children}</AppShell.Main>
    </AppShell>
  );
}

function Navigation() {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const projects = useQuery(queries.projects());
  const inProject = useMatch("/projects/:project/*")?.params.project;
  const inTask = useMatch("/tasks/:analysis_id/:mltask_id/*")?.params;
  const task = useQuery({
    ...queries.task({
      analysis_id: inTask?.analysis_id ?? "",
      mltask_id: inTask?.mltask_id ?? "",
    }),
    enabled: inTask !== undefined,
  });
  const current =
    inProject ?? task.data?.project ?? localStorage.getItem("hornbook:project") ?? undefined;
  const project = projects.data?.find((one) => one.key === current)?.key ?? projects.data?.[0]?.key;
  useEffect(() => {
    if (project !== undefined) localStorage.setItem("hornbook:project", project);
  }, [project]);
  const tasks = useQuery({ ...queries.tasks(project ?? ""), enabled: project !== undefined });
  const datasets = useQuery({ ...queries.datasets(project ?? ""), enabled: project !== undefined });
  return (
    <div style={{ overflowY: "auto" }}>
      <Select
        label="Project"
        size="xs"
        mb="xs"
        allowDeselect={false}
        value={project ?? null}
        data={(projects.data ?? []).map((one) => ({ value: one.key, label: one.name }))}
        onChange={(key) => key && navigate(`/projects/${key}`)}
      />
      <NavLink
        component={Link}
        to={`/projects/${project ?? ""}`}
        label="Overview"
        active={pathname === `/projects/${project}`}
        leftSection={<IconLayoutDashboard size={16} aria-hidden />}
      />
      {tasks.data?.slice(0, 12).map((one) => (
        <NavLink
          key={one.reference}
          component={Link}
          to={`/tasks/${one.reference}/${one.n_sessions ? "result" : "design"}`}
          label={one.name}
          pl="xl"
          active={pathname.startsWith(`/tasks/${one.reference}`)}
          rightSection={one.n_running ? <Badge size="xs">training</Badge> : undefined}
        />
      ))}
      {datasets.data?.slice(0, 12).map((one) => (
        <NavLink
          key={one.name}
          component={Link}
          to={`/projects/${project}/datasets/${encodeURIComponent(one.name)}`}
          label={one.name}
          active={pathname.includes(`/datasets/${encodeURIComponent(one.name)}`)}
          leftSection={<IconTable size={16} aria-hidden />}
        />
      ))}
      <NavLink
        component={Link}
        to="/folders"
        label="Folders"
        active={pathname === "/folders"}
        leftSection={<IconFolder size={16} aria-hidden />}
      />
      <NavLink
        component={Link}
        to="/saved-models"
        label="Saved models"
        active={pathname === "/saved-models"}
        leftSection={<IconPackage size={16} aria-hidden />}
      />
    </div>
  );
}

function Connection() {
  const client = useQueryClient();
  const [socket] = useState(() => new StudioSocket(client));
  const state = useSyncExternalStore(socket.subscribe, socket.getState);
  useEffect(() => {
    socket.open();
    return () => socket.close();
  }, [socket]);
  const told = { connecting: "Connecting", open: "Live", lost: "Connection lost, trying again" };
  return (
    <Badge
      role="status"
      variant="dot"
      color={state === "open" ? "teal" : state === "lost" ? "red" : "gray"}
    >
      {told[state]}
    </Badge>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const label = dark ? "Light colours" : "Dark colours";
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        aria-label={label}
        onClick={() => setColorScheme(dark ? "light" : "dark")}
      >
        {dark ? <IconSun size={16} /> : <IconMoon size={16} />}
      </ActionIcon>
    </Tooltip>
  );
}
