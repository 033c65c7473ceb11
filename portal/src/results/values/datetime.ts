import type { TimeZoneChoice } from '../model.js';

const pattern =
  /^(-?\d{4,6})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?$/;

/** A moment in two exact parts: whole seconds since 1970 and ticks of 100 ns within the second. */
export interface Moment {
  readonly seconds: number;
  readonly ticks: number;
}

/** Reads ISO text of a moment; undefined when it is none. */
export function parseDatetime(text: unknown): Moment | undefined {
  if (typeof text !== 'string') return undefined;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] =
    match;
  const ms = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${zone === undefined ? 'Z' : zone}`,
  );
  if (Number.isNaN(ms)) return undefined;
  return { seconds: ms / 1000, ticks: Number(fraction.slice(0, 7).padEnd(7, '0')) };
}

/** ISO text in UTC with seven digits. */
export function formatMoment({ seconds, ticks }: Moment): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, -5)}.${String(ticks).padStart(7, '0')}Z`;
}

/** Milliseconds since 1970 with a fraction: exact enough to draw, not to store. */
export function toMilliseconds(text: unknown): number | undefined {
  const moment = parseDatetime(text);
  return moment === undefined ? undefined : moment.seconds * 1000 + moment.ticks / 10_000;
}

/** A moment some seconds earlier or later, with its ticks untouched. */
export function shift(moment: Moment, seconds: number): Moment {
  return { seconds: moment.seconds + seconds, ticks: moment.ticks };
}

/** Milliseconds to ISO text in UTC, as `formatMoment`. */
export function fromMilliseconds(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return formatMoment({ seconds, ticks: Math.round((ms - seconds * 1000) * 10_000) });
}

/** The last moment before one: ranges of a query include both of their ends. */
export function tickBefore(text: string): string {
  const moment = parseDatetime(text);
  if (moment === undefined) return text;
  const { seconds, ticks } = moment;
  return formatMoment(
    ticks > 0 ? { seconds, ticks: ticks - 1 } : { seconds: seconds - 1, ticks: 9_999_999 },
  );
}

/** ISO text of a datetime in the chosen zone: all digits that say something, and the offset. */
export function showDatetime(text: string, zone: TimeZoneChoice): string {
  const moment = parseDatetime(text);
  if (moment === undefined) return text;
  const digits = String(moment.ticks).padStart(7, '0');
  // Milliseconds always, so that a column lines up; what is finer only where there is something.
  const fraction = digits.endsWith('0000') ? digits.slice(0, 3) : digits;
  if (zone === 'utc') {
    return `${new Date(moment.seconds * 1000).toISOString().slice(0, -5)}.${fraction}Z`;
  }
  const date = new Date(moment.seconds * 1000);
  const offset = -date.getTimezoneOffset();
  const local = new Date(moment.seconds * 1000 + offset * 60_000).toISOString().slice(0, -5);
  const sign = offset < 0 ? '-' : '+';
  const hours = two(Math.floor(Math.abs(offset) / 60));
  return `${local}.${fraction}${sign}${hours}:${two(Math.abs(offset) % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
