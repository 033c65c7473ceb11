import { BarChart, LineChart, PieChart, ScatterChart, TreemapChart } from 'echarts/charts';
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
} from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

// Only what is drawn; this module is loaded with the first chart.
use([
  ...[BarChart, LineChart, PieChart, ScatterChart, TreemapChart],
  ...[AriaComponent, DataZoomComponent, GridComponent, LegendComponent],
  ...[TitleComponent, TooltipComponent, CanvasRenderer, SVGRenderer],
]);

/** A drawn chart. */
export type DrawnChart = ReturnType<typeof init>;

export function drawChart(element: HTMLElement): DrawnChart {
  return init(element, null, { renderer: 'canvas' });
}

/** A title that is longer than there is room is cut at its end, and not at both. */
export function fitTitle(chart: DrawnChart): void {
  const width = chart.getWidth() - 24;
  chart.setOption({ title: { textStyle: { width, overflow: 'truncate' } } });
}

/** The same chart as SVG text, at the size that it has in the page. */
export function chartSvg(option: EChartsCoreOption, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  // What scrolls or zooms has no place in a picture.
  chart.setOption({ ...option, dataZoom: [], tooltip: { show: false } });
  fitTitle(chart);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
