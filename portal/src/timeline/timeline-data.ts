import { timeColumn } from '../results/histogram.js';
import type { ResultColumn, ResultSet } from '../results/model.js';
import { toMilliseconds } from '../results/values/datetime.js';
import { isEmpty, plainText } from '../results/values/display.js';

/** An event: when, in which lane, and its row in the result. Times in milliseconds since 1970. */
export interface TimelineEvent {
  readonly ms: number;
  readonly lane: number;
  readonly row: number;
}

export interface TimelineData {
  readonly lanes: readonly string[];
  readonly events: readonly TimelineEvent[];
  readonly from: number;
  readonly to: number;
  readonly leftOut: number;
}

const mostEvents = 50_000;
const mostLanes = 24;

/** What says best of what sort an event is. */
const laneColumns = ['ActionType', 'Table', 'Type', '$table', 'Category', 'FileName'];

/** Columns whose values tell lanes apart, the best first. */
export function laneChoices(columns: readonly ResultColumn[]): number[] {
  const known = laneColumns
    .map((name) => columns.findIndex((column) => column.name === name))
    .filter((index) => index >= 0);
  const others = columns.flatMap(({ type }, index) =>
    type === 'string' && !known.includes(index) ? [index] : [],
  );
  return [...known, ...others];
}

/** The devices that rows name, the one with most events first. */
export function devicesOf({ columns, rows }: Pick<ResultSet, 'columns' | 'rows'>): string[] {
  const index = deviceColumn(columns);
  if (index === undefined) return [];
  const counts = new Map<string, number>();
  for (const row of rows) {
    const name = plainText(row[index]);
    if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
}

function deviceColumn(columns: readonly ResultColumn[]): number | undefined {
  for (const name of ['DeviceName', 'DeviceId']) {
    const at = columns.findIndex((column) => column.name === name);
    if (at >= 0) return at;
  }
  return undefined;
}

/** Events of a device in lanes, in the order of time; undefined when no column says when. */
export function timelineData(
  { columns, rows }: Pick<ResultSet, 'columns' | 'rows'>,
  laneColumn: number | undefined,
  device: string | undefined,
): TimelineData | undefined {
  const time = timeColumn(columns);
  if (time === undefined) return undefined;
  const deviceIndex = deviceColumn(columns);
  const counts = new Map<string, number>();
  const found: { ms: number; lane: string; row: number }[] = [];
  for (const [row, values] of rows.entries()) {
    const ms = toMilliseconds(values[time]);
    if (ms === undefined) continue;
    if (device !== undefined && plainText(values[deviceIndex ?? -1]) !== device) continue;
    const lane = laneColumn === undefined ? '' : plainText(values[laneColumn]);
    counts.set(lane, (counts.get(lane) ?? 0) + 1);
    found.push({ ms, lane, row });
  }
  found.sort((a, b) => a.ms - b.ms);
  const lanes = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, mostLanes)
    .map(([lane]) => lane);
  const places = new Map(lanes.map((lane, at) => [lane, at]));
  const events = found.flatMap(({ ms, lane, row }) => {
    const place = places.get(lane);
    return place === undefined ? [] : [{ ms, lane: place, row }];
  });
  const drawn = events.slice(0, mostEvents);
  return {
    lanes,
    events: drawn,
    from: drawn[0]?.ms ?? 0,
    to: drawn.at(-1)?.ms ?? 0,
    leftOut: found.length - drawn.length,
  };
}

/** How many events of each lane fall into each of equal parts of a window of time. */
export function density(
  { lanes, events }: TimelineData,
  from: number,
  to: number,
  parts: number,
): number[][] {
  const counts = lanes.map(() => new Array<number>(parts).fill(0));
  const step = Math.max(to - from, 1) / parts;
  for (const { ms, lane } of events) {
    if (ms < from || ms > to) continue;
    const part = Math.min(parts - 1, Math.floor((ms - from) / step));
    const row = counts[lane];
    if (row !== undefined) row[part] = (row[part] ?? 0) + 1;
  }
  return counts;
}

/** What tells most about an event, in the order in which it is said. */
const told = [
  'FileName',
  'ProcessCommandLine',
  'RemoteUrl',
  'RemoteIP',
  'RegistryKey',
  'AccountName',
  'LogonType',
  'InitiatingProcessFileName',
];

/** A line about an event from the columns that it has. */
export function eventSummary(columns: readonly ResultColumn[], row: readonly unknown[]): string {
  const parts = told.flatMap((name) => {
    const value = row[columns.findIndex((column) => column.name === name)];
    return isEmpty(value) ? [] : [plainText(value)];
  });
  if (parts.length > 0) return parts.slice(0, 3).join('  ·  ');
  return columns
    .flatMap(({ type }, index) =>
      type === 'string' && !isEmpty(row[index]) ? [plainText(row[index])] : [],
    )
    .slice(0, 3)
    .join('  ·  ');
}
