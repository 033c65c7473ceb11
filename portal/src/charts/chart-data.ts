import type { KustoType, ResultColumn, TimeZoneChoice } from '../results/model.js';
import { fromMilliseconds, tickBefore, toMilliseconds } from '../results/values/datetime.js';
import {
  displayText,
  isEmpty,
  isNumeric,
  onOneLine,
  plainText,
} from '../results/values/display.js';
import { timespanSeconds } from '../results/values/timespan.js';
import type { ChartChoice } from './choice.js';
import { chartKinds } from './kinds.js';
import type { ChartTable } from './series-rows.js';

/** A point: where across (milliseconds, a number, or the category's index), how high, and from what. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
  /** The value across as the table has it, to filter by. */
  readonly from: unknown;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** The values of the series' columns, to filter by. */
  readonly of: readonly unknown[];
  readonly anomalies?: readonly Point[];
}

/** A chart as data: what is drawn, and what a table beside it says. */
export interface ChartData {
  readonly axis: 'time' | 'number' | 'category';
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  /** What was left out, so that a chart is never less than it seems. */
  readonly leftOut: { readonly series: number; readonly points: number };
}

/** More than these cannot be told apart, or drawn in good time. */
const mostSeries = 40;
const mostPoints = 50_000;
const mostCategories = 500;
const bins = 60;

type Rows = ChartTable['rows'];

/** Puts the rows into series of points as the choice says. */
export function chartData(
  { columns, rows }: ChartTable,
  choice: ChartChoice,
  zone: TimeZoneChoice,
): ChartData {
  const xColumn = choice.x === undefined ? undefined : columns[choice.x];
  const axis = axisOf(choice, xColumn);
  const counted = choice.y.length === 0;
  const across = acrossReader(axis, choice.x, xColumn, rows, counted, zone);
  const found = new Map<
    string,
    { name: string; of: unknown[]; points: Map<number, Point> | Point[]; y: number }
  >();
  const sums = axis === 'category' || counted;
  const isShare = choice.kind === 'piechart' || choice.kind === 'treemap';
  let left = 0;
  let drawn = 0;
  for (const row of rows) {
    const x = across.read(row);
    if (x === undefined) {
      left += 1;
      continue;
    }
    const of = choice.series.map((index) => row[index]);
    const label = choice.series
      .map((index) => nameOf(row[index], columns[index]?.type ?? 'string', zone))
      .join(', ');
    for (const y of counted ? [-1] : choice.y) {
      if (choice.anomalies.includes(y)) continue;
      if (drawn >= mostPoints) {
        left += 1;
        continue;
      }
      const value = counted ? 1 : numberOf(row[y], columns[y]?.type ?? 'real');
      const isNoNumber = value === null && !isEmpty(row[y]);
      // A share of a whole is never less than nothing.
      if (isNoNumber || (isShare && value !== null && value < 0)) {
        left += 1;
        continue;
      }
      const name = seriesName(label, counted ? 'Rows' : (columns[y]?.name ?? ''), choice);
      const key = `${y} ${label}`;
      let series = found.get(key);
      if (series === undefined) {
        series = { name, of, y, points: sums ? new Map() : [] };
        found.set(key, series);
      }
      if (add(series.points, { x: x.at, y: value, from: x.from })) drawn += 1;
    }
  }
  const all = [...found.values()].sort((a, b) => total(b.points) - total(a.points));
  const kept = all.slice(0, mostSeries);
  return {
    axis,
    categories: across.categories(),
    series: aligned(
      inOrder(kept, [...found.values()]).map((series) => ({
        name: series.name,
        of: series.of,
        points: finish([...series.points.values()], axis, choice),
        ...anomaliesOf(series.y, series.of, choice, rows, across.read, columns),
      })),
      axis,
      choice,
    ),
    leftOut: { series: all.length - kept.length, points: left },
  };
}

function axisOf(choice: ChartChoice, column: ResultColumn | undefined): ChartData['axis'] {
  const wanted = chartKinds[choice.kind]?.axis;
  if (column?.type === 'datetime') {
    // Columns over time stand where their time is; a pie has no axis.
    return choice.kind === 'piechart' || choice.kind === 'treemap' ? 'category' : 'time';
  }
  const isContinuous = wanted === 'continuous' || wanted === 'time';
  return column !== undefined && isNumeric(column.type) && isContinuous ? 'number' : 'category';
}

/** What a category or a series is called: in one line. */
function nameOf(value: unknown, type: KustoType, zone: TimeZoneChoice): string {
  return onOneLine(displayText(value, type, zone)) || '(empty)';
}

interface Across {
  readonly at: number;
  readonly from: unknown;
}

function acrossReader(
  axis: ChartData['axis'],
  index: number | undefined,
  column: ResultColumn | undefined,
  rows: Rows,
  counted: boolean,
  zone: TimeZoneChoice,
): {
  read: (row: readonly unknown[]) => Across | undefined;
  categories: () => string[];
} {
  const none = { categories: () => [] };
  if (axis === 'time' && index !== undefined) {
    const step = counted ? binStep(rows, index) : undefined;
    return {
      ...none,
      read: (row) => {
        const ms = toMilliseconds(row[index]);
        if (ms === undefined) return undefined;
        if (step === undefined) return { at: ms, from: row[index] };
        const start = Math.floor(ms / step) * step;
        return {
          at: start,
          from: [fromMilliseconds(start), tickBefore(fromMilliseconds(start + step))],
        };
      },
    };
  }
  if (axis === 'number' && index !== undefined) {
    return {
      ...none,
      read: (row) => {
        if (isEmpty(row[index])) return undefined;
        const at = Number(row[index]);
        return Number.isFinite(at) ? { at, from: row[index] } : undefined;
      },
    };
  }
  return categoryReader(index, column?.type ?? 'string', zone);
}

function categoryReader(index: number | undefined, type: KustoType, zone: TimeZoneChoice) {
  const places = new Map<string, number>();
  return {
    read: (row: readonly unknown[]): Across | undefined => {
      const from = index === undefined ? '' : row[index];
      const shown = nameOf(from, type, zone);
      const known = places.get(shown);
      if (known !== undefined) return { at: known, from };
      if (places.size >= mostCategories) return undefined;
      places.set(shown, places.size);
      return { at: places.size - 1, from };
    },
    categories: () => [...places.keys()],
  };
}

const roundSteps = [
  1e3,
  5e3,
  10e3,
  30e3,
  60e3,
  300e3,
  600e3,
  1800e3,
  3600e3,
  3 * 3600e3,
  6 * 3600e3,
  12 * 3600e3,
  86400e3,
  7 * 86400e3,
  30 * 86400e3,
];

function binStep(rows: Rows, index: number): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const ms = toMilliseconds(row[index]);
    if (ms === undefined) continue;
    low = Math.min(low, ms);
    high = Math.max(high, ms);
  }
  return roundSteps.find((step) => (high - low) / step < bins) ?? Math.max(1, (high - low) / bins);
}

function numberOf(value: unknown, type: KustoType): number | null {
  if (isEmpty(value)) return null;
  const number = type === 'timespan' ? timespanSeconds(value) : Number(value);
  return number === undefined || !Number.isFinite(number) ? null : number;
}

function seriesName(label: string, column: string, choice: ChartChoice): string {
  if (label === '') return column;
  return choice.y.length > 1 ? `${column}: ${label}` : label;
}

/** True when a point is new. Rows of the same category add up. */
function add(points: Map<number, Point> | Point[], point: Point): boolean {
  if (Array.isArray(points)) {
    points.push(point);
    return true;
  }
  const before = points.get(point.x);
  const y = before?.y === undefined || before.y === null ? point.y : before.y + (point.y ?? 0);
  points.set(point.x, { ...point, y });
  return before === undefined;
}

function total(points: Map<number, Point> | Point[]): number {
  let sum = 0;
  for (const { y } of points.values()) sum += Math.abs(y ?? 0);
  return sum;
}

function inOrder<Item>(kept: readonly Item[], all: readonly Item[]): Item[] {
  const chosen = new Set(kept);
  return all.filter((item) => chosen.has(item));
}

function finish(points: Point[], axis: ChartData['axis'], choice: ChartChoice): Point[] {
  // Categories stay in the order of the rows: the query sorted them as it wants them.
  if (axis !== 'category') points.sort((a, b) => a.x - b.x);
  if (!choice.accumulate) return points;
  let sum = 0;
  return points.map((point) => {
    sum += point.y ?? 0;
    return { ...point, y: sum };
  });
}

/** Series that stand on each other have a point at the same places, if only an empty one. */
function aligned(
  series: readonly Series[],
  axis: ChartData['axis'],
  choice: ChartChoice,
): readonly Series[] {
  if (choice.stacking === 'none' || axis === 'category' || series.length < 2) return series;
  const places = new Map<number, unknown>();
  for (const { points } of series) for (const { x, from } of points) places.set(x, from);
  const sorted = [...places].sort(([a], [b]) => a - b);
  return series.map((each) => {
    const own = new Map(each.points.map((point) => [point.x, point]));
    return { ...each, points: sorted.map(([x, from]) => own.get(x) ?? { x, y: null, from }) };
  });
}

function anomaliesOf(
  y: number,
  of: readonly unknown[],
  choice: ChartChoice,
  rows: Rows,
  read: (row: readonly unknown[]) => Across | undefined,
  columns: readonly ResultColumn[],
): { anomalies?: Point[] } {
  if (choice.anomalies.length === 0) return {};
  const ofText = of.map(plainText).join('\n');
  const points = rows.flatMap((row) => {
    const isOwn = choice.series.map((index) => plainText(row[index])).join('\n') === ofText;
    const isFlagged = choice.anomalies.some((index) => Number(row[index] ?? 0) !== 0);
    if (!isOwn || !isFlagged) return [];
    const x = read(row);
    return x === undefined
      ? []
      : [{ x: x.at, y: numberOf(row[y], columns[y]?.type ?? 'real'), from: x.from }];
  });
  return { anomalies: points };
}
