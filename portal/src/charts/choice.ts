import type { ResultColumn, Visualization } from '../results/model.js';
import { isNumeric } from '../results/values/display.js';
import { chartKinds, kindNamed } from './kinds.js';
import type { ChartTable } from './series-rows.js';

export type Stacking = 'none' | 'stacked' | 'stacked100';

/** What a chart is made of: columns by their index in the table. */
export interface ChartChoice {
  readonly kind: string;
  readonly x: number | undefined;
  /** None: rows are counted. */
  readonly y: readonly number[];
  readonly series: readonly number[];
  readonly anomalies: readonly number[];
  readonly stacking: Stacking;
  readonly accumulate: boolean;
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly legend: boolean;
  readonly yMin: number | undefined;
  readonly yMax: number | undefined;
  readonly xLog: boolean;
  readonly yLog: boolean;
}

/** The columns and properties that `render` names, and Kusto's rules for those that it leaves out. */
export function choiceOf(visualization: Visualization, table: ChartTable): ChartChoice {
  const { columns } = table;
  const read = propertyReader(visualization.properties);
  const kind = kindNamed(visualization.kind);
  const named = (property: string) => namedColumns(read.text(property), columns);
  const x = named('xcolumn')[0] ?? defaultX(kind, columns);
  const anomalies = named('anomalycolumns');
  const series = named('series');
  const isFree = (index: number) =>
    index !== x && !series.includes(index) && !anomalies.includes(index);
  const y = named('ycolumns');
  const numbers = indicesWhere(columns, (column, at) => isMeasure(column) && isFree(at));
  const ys = y.length > 0 ? y : numbers;
  // What is neither across nor up tells series apart.
  const others = indicesWhere(
    columns,
    (column, at) => isFree(at) && !ys.includes(at) && isSeries(column),
  );
  return {
    kind,
    x,
    y: ys,
    // A pie has one ring: what else tells rows apart adds up.
    series: series.length > 0 ? series : kind === 'piechart' ? [] : others,
    anomalies: anomalies.length > 0 ? anomalies : guessAnomalies(kind, table, ys),
    stacking: stackingOf(read.text('kind'), chartKinds[kind]?.stacked === true),
    accumulate: read.text('accumulate') === 'true',
    title: read.text('title'),
    xTitle: read.text('xtitle') || (columns[x ?? -1]?.name ?? ''),
    yTitle: read.text('ytitle') || defaultYTitle(ys, columns),
    legend: read.text('legend') !== 'hidden',
    yMin: read.number('ymin'),
    yMax: read.number('ymax'),
    xLog: read.text('xaxis') === 'log',
    yLog: read.text('yaxis') === 'log',
  };
}

/** A chart for rows whose query asked for none; it can be changed. */
export function guessChoice(table: ChartTable): ChartChoice {
  const { columns } = table;
  const hasTime = columns.some(({ type }) => type === 'datetime');
  // Events have ids and ports, which are numbers and measure nothing: many columns are counted instead.
  const isSummary = columns.length <= 6 && columns.some(isMeasure);
  if (isSummary) {
    const kind = hasTime ? 'timechart' : columns.length === 1 ? 'card' : 'columnchart';
    return choiceOf({ kind, properties: {} }, table);
  }
  const counted = choiceOf({ kind: 'columnchart', properties: { kind: 'stacked' } }, table);
  const x = hasTime
    ? columns.findIndex(({ type }) => type === 'datetime')
    : columns.findIndex(({ type }) => type === 'string');
  const action = columns.findIndex(({ name }) => name === 'ActionType');
  return {
    ...counted,
    x: x < 0 ? undefined : x,
    y: [],
    series: action >= 0 && action !== x ? [action] : [],
    xTitle: columns[x]?.name ?? '',
    yTitle: 'Rows',
  };
}

function defaultX(kind: string, columns: readonly ResultColumn[]): number | undefined {
  const axis = chartKinds[kind]?.axis;
  if (axis === 'time') {
    const at = columns.findIndex(({ type }) => type === 'datetime');
    if (at >= 0) return at;
  }
  if (axis === 'continuous') {
    const time = columns.findIndex(({ type }) => type === 'datetime');
    if (time >= 0) return time;
  }
  return columns.length > 0 ? 0 : undefined;
}

function isMeasure(column: ResultColumn): boolean {
  return isNumeric(column.type) || column.type === 'timespan';
}

function isSeries({ type }: ResultColumn): boolean {
  return type === 'string' || type === 'bool' || type === 'guid';
}

function indicesWhere(
  columns: readonly ResultColumn[],
  test: (column: ResultColumn, index: number) => boolean,
): number[] {
  return columns.flatMap((column, index) => (test(column, index) ? [index] : []));
}

function namedColumns(text: string, columns: readonly ResultColumn[]): number[] {
  return text
    .split(',')
    .map((name) => columns.findIndex((column) => column.name === name.trim()))
    .filter((index) => index >= 0);
}

// Flags of an anomaly are -1, 0 and 1 and nothing else.
function guessAnomalies(
  kind: string,
  { columns, rows }: ChartTable,
  ys: readonly number[],
): number[] {
  if (kind !== 'anomalychart') return [];
  return ys.filter((index) => {
    const isNamed = /anomal|flag/i.test(columns[index]?.name ?? '');
    return isNamed && rows.every((row) => [-1, 0, 1, null].includes(Number(row[index] ?? 0)));
  });
}

function stackingOf(asked: string, isStacked: boolean): Stacking {
  if (asked === 'stacked' || asked === 'stacked100') return asked;
  return isStacked && asked !== 'unstacked' ? 'stacked' : 'none';
}

function defaultYTitle(ys: readonly number[], columns: readonly ResultColumn[]): string {
  const [only] = ys;
  return ys.length === 1 && only !== undefined ? (columns[only]?.name ?? '') : '';
}

function propertyReader(properties: Readonly<Record<string, unknown>>) {
  const byName = new Map(
    Object.entries(properties).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const text = (name: string): string => {
    const value = byName.get(name);
    if (Array.isArray(value)) return value.join(',');
    return value === undefined || value === null ? '' : String(value);
  };
  return {
    text,
    number: (name: string): number | undefined => {
      const value = text(name);
      const number = Number(value);
      return value === '' || Number.isNaN(number) ? undefined : number;
    },
  };
}
