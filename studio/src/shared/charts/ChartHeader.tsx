import { ActionIcon, Group, Menu, Text, useComputedColorScheme } from "@mantine/core";
import { IconArrowsMaximize, IconDownload, IconZoomReset } from "@tabler/icons-react";
import type { EChartsType } from "echarts/core";
import { type RefObject, useSyncExternalStore } from "react";
import { download, type Table, toCsv } from "./csv";
import type { Zoom } from "./zoom";

/** The name of a chart, and what can be done with it. */
export function ChartHeader({ title, chart, zoom, table, onEnlarge }: {
  title: string;
  chart: RefObject<EChartsType | null>;
  zoom: Zoom;
  table: () => Table;
  onEnlarge: () => void;
}) {
  const isZoomed = useSyncExternalStore(zoom.subscribe, zoom.getIsZoomed);
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      <Text fw={600} size="sm" component="figcaption" truncate title={title}>
        {title}
      </Text>
      <Group gap={4} wrap="nowrap">
        {isZoomed && (
          <ActionIcon variant="light" size="sm" title="Reset zoom" aria-label={`Reset zoom of ${title}`} onClick={() => zoom.set(null)}>
            <IconZoomReset size={14} />
          </ActionIcon>
        )}
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Enlarge ${title}`} onClick={onEnlarge}>
          <IconArrowsMaximize size={14} />
        </ActionIcon>
        <DownloadMenu title={title} chart={chart} table={table} />
      </Group>
    </Group>
  );
}

function DownloadMenu({ title, chart, table }: {
  title: string;
  chart: RefObject<EChartsType | null>;
  table: () => Table;
}) {
  const dark = useComputedColorScheme("light") === "dark";
  const name = title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  // What draws SVG is fetched when a picture is first asked for.
  const save = async (kind: "png" | "svg") => {
    const { savePng, saveSvg } = await import("./pictures");
    if (chart.current === null) return;
    if (kind === "png") savePng(chart.current, name);
    else saveSvg(chart.current, name, dark);
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Download ${title}`}>
          <IconDownload size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void save("png")}>Download PNG</Menu.Item>
        <Menu.Item onClick={() => void save("svg")}>Download SVG</Menu.Item>
        <Menu.Item onClick={() => download(`${name}.csv`, toCsv(table()))}>Download CSV</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
