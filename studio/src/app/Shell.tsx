import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Button,
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
  IconPlugConnected,
  IconSearch,
  IconSun,
  IconTable,
} from "@tabler/icons-react";
import { type ReactNode, useEffect } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import type { ConnectionState } from "@/shared/api/socket";
import { HOTKEYS } from "@/shared/hotkeys/catalogue";
import { KeysOf } from "@/shared/hotkeys/HotkeyList";
import { runHotkey } from "@/shared/hotkeys/registry";
import { Hotkeys } from "./Hotkeys";
import { StatusInTab } from "./StatusInTab";
import { useConnection, useWorkspace } from "./useWorkspace";

export function Shell({ version, children }: { version: string; children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure();
  const location = useLocation();
  useEffect(close, [location.key, close]);
  const connection = useConnection();
  const workspace = useWorkspace();
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
            <PaletteButton />
            <Connection state={connection} />
            <SchemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Workspace">
        <Navigation {...workspace} />
        <Text size="xs" c="dimmed" mt="auto" px="xs">
          Version {version}
        </Text>
      </AppShell.Navbar>
      <Hotkeys />
      <StatusInTab connection={connection} tasks={workspace.tasks} />
      <AppShell.Main id="content">{children}</AppShell.Main>
    </AppShell>
  );
}

function Navigation({ projects, project, tasks, datasets }: ReturnType<typeof useWorkspace>) {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  return (
    <div style={{ overflowY: "auto" }}>
      <Select
        label="Project"
        size="xs"
        mb="xs"
        allowDeselect={false}
        value={project ?? null}
        data={projects.map((one) => ({ value: one.key, label: one.name }))}
        onChange={(key) => key && navigate(`/projects/${key}`)}
      />
      <NavLink
        component={Link}
        to={`/projects/${project ?? ""}`}
        label="Overview"
        active={pathname === `/projects/${project}`}
        leftSection={<IconLayoutDashboard size={16} aria-hidden />}
      />
      {tasks.slice(0, 12).map((one) => (
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
      {datasets.slice(0, 12).map((one) => (
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
        active={pathname.startsWith("/saved-models")}
        leftSection={<IconPackage size={16} aria-hidden />}
      />
      <NavLink
        component={Link}
        to="/endpoints"
        label="Endpoints"
        active={pathname.startsWith("/endpoints")}
        leftSection={<IconPlugConnected size={16} aria-hidden />}
      />
    </div>
  );
}

function PaletteButton() {
  return (
    <Button
      variant="default"
      size="compact-md"
      visibleFrom="sm"
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={<KeysOf keys={HOTKEYS.palette.keys} />}
      onClick={() => runHotkey("palette")}
    >
      <Text size="sm" c="dimmed">
        Search
      </Text>
    </Button>
  );
}

function Connection({ state }: { state: ConnectionState }) {
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
