import { HuntError } from '../errors.js';

/** The part of time that a caller asks for; an absent end is open. */
export interface TimeWindow {
  readonly from?: Date;
  readonly to?: Date;
}

/**
 * The window that a `Timespan` names, in each of the forms that Graph documents: `start/end`,
 * `start/duration`, `duration/end`, a duration back from now, or a start.
 * @throws HuntError `request.parameter`
 */
export function parseTimespan(text: string, now: Date): TimeWindow {
  const parts = text.trim().split('/');
  const [first = '', second] = parts;
  if (parts.length > 2) throw invalid(text);
  const start = parseDuration(first);
  if (second === undefined) {
    if (start) return { from: before(now, start), to: now };
    return { from: instant(first, text), to: now };
  }
  const end = parseDuration(second);
  if (start && end) throw invalid(text);
  const window = start
    ? { from: before(instant(second, text), start), to: instant(second, text) }
    : end
      ? { from: instant(first, text), to: after(instant(first, text), end) }
      : { from: instant(first, text), to: instant(second, text) };
  if (window.from > window.to) throw invalid(text);
  return window;
}

interface Duration {
  readonly months: number;
  readonly milliseconds: number;
}

const amountOf = (unit: string) => `(?:(\\d{1,9}(?:[.,]\\d{1,9})?)${unit})?`;
const durationPattern = new RegExp(
  `^P(?!$)${['Y', 'M', 'W', 'D'].map(amountOf).join('')}` +
    `(?:T(?!$)${['H', 'M', 'S'].map(amountOf).join('')})?$`,
  'i',
);

function parseDuration(text: string): Duration | undefined {
  const match = durationPattern.exec(text.trim());
  if (!match) return undefined;
  const amount = (group: number) => Number((match[group] ?? '0').replace(',', '.'));
  const days = amount(3) * 7 + amount(4);
  return {
    months: Math.round(amount(1) * 12 + amount(2)),
    milliseconds: (days * 86_400 + amount(5) * 3600 + amount(6) * 60 + amount(7)) * 1000,
  };
}

/**
 * A date or a date and time as ISO 8601 has it and as programs print it: a space for the `T`, any
 * number of fraction digits, an offset with or without its colon; UTC where none is given.
 */
const instantPattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

function instant(text: string, whole: string): Date {
  const match = instantPattern.exec(text.trim());
  if (!match) throw invalid(whole);
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    match;
  const offset = /^[+-]/.test(zone)
    ? `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`
    : 'Z';
  const milliseconds = `${fraction}000`.slice(0, 3);
  const date = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${offset}`,
  );
  if (Number.isNaN(date.getTime()) || !isDay(Number(year), Number(month), Number(day))) {
    throw invalid(whole);
  }
  return date;
}

/** Whether a month has that day: `Date` makes the 2nd of March of a 30th of February. */
function isDay(year: number, month: number, day: number): boolean {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

function before(date: Date, duration: Duration): Date {
  return shifted(date, duration, -1);
}

function after(date: Date, duration: Duration): Date {
  return shifted(date, duration, 1);
}

/** The ends of KQL's datetime; what lies beyond is as good as they are. */
const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59Z');

function shifted(date: Date, { months, milliseconds }: Duration, sign: 1 | -1): Date {
  const moved = new Date(date);
  moved.setUTCMonth(moved.getUTCMonth() + sign * months);
  const time = moved.getTime() + sign * milliseconds;
  if (Number.isNaN(time)) return new Date(sign < 0 ? earliest : latest);
  return new Date(Math.min(latest, Math.max(earliest, time)));
}

function invalid(text: string): HuntError {
  return new HuntError('request.parameter', {
    message: `Invalid timespan '${text.slice(0, 100)}'. Use an ISO 8601 duration, a start, or a start and an end.`,
  });
}
