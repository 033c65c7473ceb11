import { counted } from '../app/counted.js';

/** What charts and timelines say, in one place. */
export const text = {
  kind: 'Chart',
  across: 'Across',
  up: 'Up',
  series: 'Series',
  countRows: 'Count of rows',
  none: 'None',
  stacking: 'Stacking',
  stackings: { none: 'Side by side', stacked: 'Stacked', stacked100: 'Stacked to 100 %' },
  asTable: 'As a table',
  asChart: 'As a chart',
  resetZoom: 'Reset zoom',
  backToRender: 'As the query asks',
  chartOf: (kind: string, series: number) =>
    `${kind} with ${series} series. "As a table" shows the same as text.`,
  clickHint: 'Click a mark to add its value to the query as a filter.',
  loading: 'Loading charts…',
  nothing: 'There is nothing to draw: no row has a value for both directions.',
  waiting: 'Rows are drawn as soon as there are some.',
  noRows: 'There are no rows to draw.',
  leftOutSeries: (count: number) => `${count.toLocaleString('en')} smaller series not drawn.`,
  leftOutPoints: (count: number) =>
    `${counted(count, 'point')} not drawn: too many, without a place or a number, or below zero in a chart of shares.`,
  tableCut: (count: number) => `The first ${counted(count, 'point')}.`,
  rows: 'Rows',
  columns: 'Columns',
  aggregate: 'Aggregate',
  values: 'Values',
  pivotLeftOut: (count: number) =>
    `${count.toLocaleString('en')} rarer rows or columns are left out.`,
  empty: '(empty)',

  lanes: 'Lanes',
  device: 'Device',
  allDevices: 'All devices',
  eventsOf: (events: number, lanes: number) =>
    `${counted(events, 'event')}, lanes: ${lanes.toLocaleString('en')}`,
  timelineLabel: 'Events over time',
  timelineHint: 'Drag over the lanes to look at a shorter time.',
  timelineCut: (count: number) =>
    `The first ${count.toLocaleString('en')} events; choose a shorter time to see the others.`,
  noTime: 'No column of the result says when things happened.',
  events: 'Events',
  time: 'Time',
  zoomIn: 'Add this time to the query',
  showAll: 'Show all',
  treeLabel: 'Processes',
  noTree: 'No row names a process and its parent.',
  processes: (count: number) =>
    count === 1 ? '1 process' : `${count.toLocaleString('en')} processes`,
  pid: (id: string) => `pid ${id}`,
} as const;
