import type { EChartsCoreOption } from 'echarts/core';
import type { TimeZoneChoice } from '../results/model.js';
import { fromMilliseconds, showDatetime } from '../results/values/datetime.js';
import type { ChartData, Series } from './chart-data.js';
import type { ChartChoice } from './choice.js';
import { chartKinds, type Shape } from './kinds.js';

/** Colours of the page's theme, resolved: a canvas knows no tokens. */
export interface ChartColours {
  readonly series: readonly string[];
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly background: string;
  readonly alert: string;
  readonly font: string;
}

/** The chart as ECharts draws it. */
export function chartOption(
  data: ChartData,
  choice: ChartChoice,
  colours: ChartColours,
  zone: TimeZoneChoice,
): EChartsCoreOption {
  const shape = chartKinds[choice.kind]?.shape ?? 'table';
  const text = { color: colours.text, fontFamily: colours.font, fontSize: 12 };
  const common = {
    color: [...colours.series],
    backgroundColor: colours.background,
    textStyle: text,
    // Motion says nothing here, and costs.
    animation: false,
    aria: { enabled: true },
    title: { text: choice.title, left: 'center', textStyle: { ...text, fontSize: 14 } },
    tooltip: tooltip(shape, colours),
    legend: legend(data, choice, shape, colours),
  };
  if (shape === 'pie') return { ...common, series: [pieSeries(data, colours)] };
  if (shape === 'treemap') return { ...common, series: [treemapSeries(data, colours)] };
  const isBar = shape === 'bar';
  const along = acrossAxis(data, choice, colours, zone);
  const up = upAxis(choice, colours);
  const zooms = isZoomed(data);
  return {
    ...common,
    grid: {
      left: 12,
      right: 24,
      // The axis' name stands above it, and below the series'.
      top: (choice.title === '' ? 40 : 64) + (showsLegend(data, choice, shape) ? 16 : 0),
      bottom: zooms && !isBar ? 60 : 38,
      containLabel: true,
    },
    xAxis: isBar ? { ...up, nameLocation: 'middle', nameGap: 28 } : along,
    // Above its names, not over them.
    yAxis: isBar ? { ...along, ...barNames(colours), inverse: true } : up,
    ...(zooms && { dataZoom: zoom(isBar, colours) }),
    series: drawnSeries(data, choice, shape, colours),
  };
}

function tooltip(shape: Shape, colours: ChartColours): object {
  const isOverAxis = shape === 'line' || shape === 'area' || shape === 'anomaly';
  return {
    trigger: isOverAxis ? 'axis' : 'item',
    confine: true,
    backgroundColor: colours.background,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontFamily: colours.font, fontSize: 12 },
    // Values come from telemetry: as HTML they could be anything.
    renderMode: 'richText',
    ...(isOverAxis ? { axisPointer: { type: 'cross', label: { show: false } } } : {}),
  };
}

function showsLegend(data: ChartData, choice: ChartChoice, shape: Shape): boolean {
  const isUseful = data.series.length > 1 || shape === 'pie';
  return choice.legend && isUseful && shape !== 'treemap';
}

function legend(data: ChartData, choice: ChartChoice, shape: Shape, colours: ChartColours): object {
  return {
    show: showsLegend(data, choice, shape),
    type: 'scroll',
    top: choice.title === '' ? 4 : 28,
    // The buttons are at the right.
    left: 12,
    width: '78%',
    textStyle: { color: colours.text, fontFamily: colours.font },
    pageTextStyle: { color: colours.text },
    pageIconColor: colours.text,
    pageIconInactiveColor: colours.line,
  };
}

function barNames({ quiet, font }: ChartColours): object {
  const label = {
    color: quiet,
    fontFamily: font,
    width: 220,
    overflow: 'truncate',
    hideOverlap: true,
  };
  return { nameLocation: 'start', nameGap: 10, axisLabel: label };
}

/** Categories that all have their name below; more than these, and some go without. */
const mostNames = 24;
/** Characters of a name that stands level. */
const levelLength = 10;

/** Few categories need no zoom. */
function isZoomed({ axis, categories }: ChartData): boolean {
  return axis !== 'category' || categories.length > mostNames;
}

function categoryNames(categories: readonly string[], colours: ChartColours): object {
  const isLong = categories.some((name) => name.length > levelLength) && categories.length > 4;
  return {
    axisLabel: {
      color: colours.quiet,
      fontFamily: colours.font,
      ...(categories.length <= mostNames && { interval: 0 }),
      ...(isLong && { rotate: 30, width: 130, overflow: 'truncate' }),
    },
    // Slanted names take the room of the axis' own.
    ...(isLong && { name: '' }),
  };
}

function acrossAxis(
  data: ChartData,
  choice: ChartChoice,
  colours: ChartColours,
  zone: TimeZoneChoice,
): Record<string, unknown> {
  const common = { ...axisLook(colours), name: choice.xTitle, nameLocation: 'middle', nameGap: 36 };
  if (data.axis === 'category') {
    return {
      ...common,
      ...categoryNames(data.categories, colours),
      type: 'category',
      data: [...data.categories],
      axisTick: { alignWithLabel: true },
    };
  }
  if (data.axis === 'number') {
    return {
      ...common,
      type: choice.xLog ? 'log' : 'value',
      scale: true,
      splitLine: { show: false },
    };
  }
  return {
    ...common,
    type: 'time',
    splitLine: { show: false },
    axisLabel: {
      color: colours.quiet,
      hideOverlap: true,
      lineHeight: 14,
      formatter: (ms: number) => timeLabel(ms, spanOf(data), zone),
    },
    axisPointer: {
      label: { formatter: ({ value }: { value: number }) => momentText(value, zone) },
    },
  };
}

function upAxis(choice: ChartChoice, colours: ChartColours): Record<string, unknown> {
  return {
    ...axisLook(colours),
    type: choice.yLog ? 'log' : 'value',
    name: choice.yTitle,
    nameLocation: 'end',
    ...(choice.yMin === undefined ? {} : { min: choice.yMin }),
    ...(choice.yMax === undefined ? {} : { max: choice.yMax }),
    ...(choice.stacking === 'stacked100'
      ? { max: 100, axisLabel: { formatter: '{value} %', color: colours.quiet } }
      : {}),
  };
}

function axisLook(colours: ChartColours): Record<string, unknown> {
  return {
    nameTextStyle: { color: colours.quiet, fontFamily: colours.font },
    axisLabel: { color: colours.quiet, fontFamily: colours.font },
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { lineStyle: { color: colours.line } },
    splitLine: { lineStyle: { color: colours.line, opacity: 0.5 } },
  };
}

function zoom(isBar: boolean, colours: ChartColours): object[] {
  const axis = isBar ? { yAxisIndex: 0 } : { xAxisIndex: 0 };
  return [
    { type: 'inside', ...axis, filterMode: 'none' },
    {
      type: 'slider',
      ...axis,
      filterMode: 'none',
      ...(isBar ? { width: 14, right: 4 } : { height: 14, bottom: 6 }),
      showDetail: false,
      showDataShadow: false,
      brushSelect: false,
      borderColor: colours.line,
      backgroundColor: colours.background,
      fillerColor: colours.line,
      handleStyle: { color: colours.quiet, borderColor: colours.quiet },
      moveHandleStyle: { color: colours.quiet },
    },
  ];
}

/** Signs that tell series apart where colours alone would have to. */
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'pin', 'arrow'];
const strokes = ['solid', 'dashed', 'dotted'] as const;

function drawnSeries(
  data: ChartData,
  choice: ChartChoice,
  shape: Shape,
  colours: ChartColours,
): object[] {
  const totals = choice.stacking === 'stacked100' ? totalsOf(data) : undefined;
  const stack = choice.stacking === 'none' ? {} : { stack: 'all' };
  return data.series.flatMap((series, at) => {
    const round = Math.floor(at / colours.series.length);
    const points = series.points.map(({ x, y }) => [x, share(y, totals?.get(x))]);
    const isBar = shape === 'bar';
    const base = { name: series.name, data: isBar ? points.map(([x, y]) => [y, x]) : points };
    if (shape === 'scatter') {
      return [{ ...base, type: 'scatter', symbol: symbols[at % symbols.length], symbolSize: 8 }];
    }
    if (shape === 'column' || isBar) {
      return [{ ...base, ...stack, type: 'bar', barMaxWidth: 48, large: points.length > 2000 }];
    }
    const line = {
      ...base,
      ...stack,
      type: 'line',
      symbol: symbols[at % symbols.length],
      showSymbol: points.length <= 60,
      symbolSize: 6,
      sampling: 'lttb',
      lineStyle: { width: 2, type: strokes[round % strokes.length] },
      ...(shape === 'area'
        ? { areaStyle: { opacity: choice.stacking === 'none' ? 0.25 : 0.7 } }
        : {}),
    };
    return [line, ...anomalySeries(series, colours)];
  });
}

function anomalySeries(series: Series, colours: ChartColours): object[] {
  if (series.anomalies === undefined || series.anomalies.length === 0) return [];
  return [
    {
      name: `${series.name}: anomalies`,
      type: 'scatter',
      symbol: 'diamond',
      symbolSize: 12,
      itemStyle: { color: colours.alert },
      data: series.anomalies.map(({ x, y }) => [x, y]),
    },
  ];
}

function share(y: number | null, total: number | undefined): number | null {
  if (total === undefined || y === null) return y;
  return total === 0 ? 0 : (100 * y) / total;
}

function totalsOf(data: ChartData): Map<number, number> {
  const totals = new Map<number, number>();
  for (const { points } of data.series) {
    for (const { x, y } of points) totals.set(x, (totals.get(x) ?? 0) + (y ?? 0));
  }
  return totals;
}

/** Slices of a pie that have a name of their own; the smallest become one. */
const mostSlices = 24;

function pieSeries(data: ChartData, colours: ChartColours): object {
  const slices = (data.series[0]?.points ?? [])
    .map(({ x, y }) => ({ name: data.categories[x] ?? '', value: y ?? 0 }))
    .sort((a, b) => b.value - a.value);
  const others = slices.slice(mostSlices).reduce((sum, { value }) => sum + value, 0);
  const named = slices.slice(0, mostSlices);
  return {
    type: 'pie',
    radius: ['0%', '68%'],
    top: 30,
    itemStyle: { borderColor: colours.background, borderWidth: 1 },
    // Names of slices that are too thin to be seen would stand on each other.
    minShowLabelAngle: 1,
    label: { color: colours.text, formatter: '{b}: {d} %' },
    data: others > 0 ? [...named, { name: 'Others', value: others }] : named,
  };
}

function treemapSeries(data: ChartData, colours: ChartColours): object {
  const nodes = data.series.map(({ name, points }) => ({
    name,
    children: points.map(({ x, y }) => ({ name: data.categories[x] ?? '', value: y ?? 0 })),
  }));
  return {
    type: 'treemap',
    roam: false,
    top: 30,
    breadcrumb: { show: false },
    itemStyle: { borderColor: colours.background },
    label: {
      color: colours.background,
      fontFamily: colours.font,
      lineHeight: 16,
      formatter: '{b}\n{c}',
    },
    upperLabel: {
      show: nodes.length > 1,
      color: colours.text,
      height: 20,
      formatter: '{b}: {c}',
    },
    // The whole is no box with a name of its own.
    levels: [{ upperLabel: { show: false } }],
    data: nodes.length === 1 ? (nodes[0]?.children ?? []) : nodes,
  };
}

function spanOf(data: ChartData): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { points } of data.series) {
    low = Math.min(low, points[0]?.x ?? low);
    high = Math.max(high, points.at(-1)?.x ?? high);
  }
  return high - low;
}

const day = 86_400_000;

function timeLabel(ms: number, span: number, zone: TimeZoneChoice): string {
  const text = momentText(ms, zone);
  const [date, clock] = [text.slice(5, 10), text.slice(11, 16)];
  if (span > 14 * day) return date;
  // A day's first moment is its name; the hours after it need no date.
  if (span > 0.9 * day) return clock === '00:00' ? date : `${date}\n${clock}`;
  return span > 120_000 ? clock : text.slice(11, 19);
}

function momentText(ms: number, zone: TimeZoneChoice): string {
  return showDatetime(fromMilliseconds(ms), zone);
}
