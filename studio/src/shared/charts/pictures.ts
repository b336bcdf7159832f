import type { EChartsType } from "echarts/core";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { download } from "./csv";

const background = () => getComputedStyle(document.body).backgroundColor;

/** Saves a chart as it is seen, twice as fine. */
export function savePng(chart: EChartsType, name: string): void {
  const link = document.createElement("a");
  link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: background() });
  link.download = `${name}.png`;
  link.click();
}

/** Saves a chart as it is seen, as lines and letters. */
export function saveSvg(chart: EChartsType, name: string, dark: boolean): void {
  echarts.use([SVGRenderer]);
  const drawn = echarts.init(null, dark ? "dark" : undefined, {
    renderer: "svg",
    ssr: true,
    width: chart.getWidth(),
    height: chart.getHeight(),
  });
  drawn.setOption({ ...chart.getOption(), animation: false, backgroundColor: background() });
  download(`${name}.svg`, drawn.renderToSVGString(), "image/svg+xml");
  drawn.dispose();
}
