import { ActionIcon, Box, Group, Menu, Modal, Paper, Text, useComputedColorScheme } from "@mantine/core";
import { IconArrowsMaximize, IconDotsVertical } from "@tabler/icons-react";
import { BarChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef, useState } from "react";
import { download, type Table, toCsv } from "./csv";
import { LiveDrawing } from "./live";

echarts.use([
  BarChart,
  CanvasRenderer,
  DataZoomComponent,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  MarkPointComponent,
  ScatterChart,
  TooltipComponent,
  VisualMapComponent,
]);

type Props = {
  title: string;
  option: EChartsCoreOption;
  table: () => Table;
  height?: number;
  group?: string;
  note?: string;
  /** Data that grow: drawn when told of, without a new rendering of the page. */
  live?: { subscribe: (listener: () => void) => () => void; option: () => EChartsCoreOption };
};

/** A chart with a name, a menu to take it away as PNG or CSV, and a view of its own. */
export function Chart(props: Props) {
  const [large, setLarge] = useState(false);
  const chart = useRef<EChartsType | null>(null);
  const fileName = props.title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return (
    <Paper withBorder p="sm" component="figure" m={0} aria-label={props.title} role="figure">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text fw={600} size="sm" component="figcaption">
          {props.title}
        </Text>
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Enlarge ${props.title}`}
            onClick={() => setLarge(true)}
          >
            <IconArrowsMaximize size={14} />
          </ActionIcon>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={`Download ${props.title}`}
              >
                <IconDotsVertical size={14} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => chart.current && savePicture(chart.current, fileName)}>
                Download PNG
              </Menu.Item>
              <Menu.Item onClick={() => download(`${fileName}.csv`, toCsv(props.table()))}>
                Download CSV
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <Canvas {...props} onChart={(made) => (chart.current = made)} />
      {props.note && (
        <Text size="xs" c="dimmed">
          {props.note}
        </Text>
      )}
      <Modal opened={large} onClose={() => setLarge(false)} title={props.title} size="90%">
        <Canvas {...props} height={Math.round(window.innerHeight * 0.7)} onChart={() => {}} />
      </Modal>
    </Paper>
  );
}

function Canvas({ option, height = 240, group, title, live, onChart }: Props & {
  onChart: (chart: EChartsType) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const drawn = useRef("");
  const dark = useComputedColorScheme("light") === "dark";

  useEffect(() => {
    if (place.current === null) return;
    const made = echarts.init(place.current, dark ? "dark" : undefined);
    chart.current = made;
    onChart(made);
    if (group !== undefined) {
      made.group = group;
      echarts.connect(group);
    }
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      made.dispose();
      drawn.current = "";
      chart.current = null;
    };
    // A new theme needs a new chart; new data does not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [dark, group]);

  useEffect(() => {
    if (live === undefined || chart.current === null) return;
    const drawing = new LiveDrawing(chart.current, live.option);
    const unsubscribe = live.subscribe(() => drawing.grow());
    return () => {
      unsubscribe();
      drawing.dispose();
    };
  }, [live, dark, group]);

  useEffect(() => {
    const series = (option as { series?: Data[] }).series ?? [];
    const shape = JSON.stringify([dark, group, { ...option, series: series.map(shapeOf) }]);
    if (shape === drawn.current) {
      // Only the data have grown: the rest need not be laid out anew.
      chart.current?.setOption({ series: series.map(dataOf) });
      return;
    }
    drawn.current = shape;
    chart.current?.setOption(
      { backgroundColor: "transparent", animation: false, ...option },
      { replaceMerge: ["series"] },
    );
  }, [option, dark, group]);

  return <Box ref={place} h={height} role="img" aria-label={`Chart: ${title}`} />;
}

type Data = { data?: unknown };

function shapeOf(series: Data) {
  return { ...series, data: undefined };
}

function dataOf({ data }: Data) {
  return { data };
}

function savePicture(chart: EChartsType, name: string): void {
  const link = document.createElement("a");
  link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
  link.download = `${name}.png`;
  link.click();
}
