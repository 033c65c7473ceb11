import type { Timespan } from '../api/types.js';
import { withoutTexts } from './tokens.js';

/** How far back a hunt looks. */
export type TimeRange =
  | { readonly kind: 'last'; readonly duration: string }
  | { readonly kind: 'between'; readonly start: string; readonly end: string }
  | { readonly kind: 'all' };

export const defaultRange: TimeRange = { kind: 'last', duration: 'P7D' };

/** ISO 8601 durations that the picker offers. */
export const durations = [
  ['PT30M', 'Last 30 minutes'],
  ['PT1H', 'Last hour'],
  ['PT4H', 'Last 4 hours'],
  ['PT12H', 'Last 12 hours'],
  ['P1D', 'Last 24 hours'],
  ['P2D', 'Last 2 days'],
  ['P7D', 'Last 7 days'],
  ['P30D', 'Last 30 days'],
  ['P90D', 'Last 90 days'],
] as const;

export function labelOf(range: TimeRange): string {
  switch (range.kind) {
    case 'last':
      return durations.find(([id]) => id === range.duration)?.[1] ?? `Last ${range.duration}`;
    case 'between':
      return `${short(range.start)} – ${short(range.end)}`;
    case 'all':
      return 'All that is kept';
  }
}

/** What of a range goes with a query: nothing, where the query says itself when. */
export function timespanOf(range: TimeRange, query: string): Timespan | undefined {
  if (range.kind === 'all' || hasTimeFilter(query)) return undefined;
  return range.kind === 'last' ? range.duration : { start: range.start, end: range.end };
}

/** Whether a query compares an event's time with something: itself, and not how far it is from another time. */
export function hasTimeFilter(query: string): boolean {
  const text = withoutTexts(query);
  return timeFilters.some((filter) => filter.test(text));
}

const time = String.raw`(?:\b(?:Timestamp|TimeGenerated|EventTime)\b|\bingestion_time\(\))`;
/** A time that is no event's: what is measured from it says when. */
const fixedTime = String.raw`\b(?:now|ago|datetime)\([^()]*\)\s*-\s*`;
const comparison = '(?:[<>]=?|==|!?between)';
const timeFilters = [
  String.raw`(?<![-+]\s*)${time}\s*${comparison}`,
  String.raw`[\w)]\s*[<>]=?\s*${time}(?!\s*[-+])`,
  String.raw`${fixedTime}${time}\s*${comparison}`,
  String.raw`[\w)]\s*[<>]=?\s*${fixedTime}${time}`,
].map((pattern) => new RegExp(pattern));

function short(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
