/** A moment in UTC, to 100 ns. */
export interface Moment {
  /** Since 1970, rounded down. */
  readonly milliseconds: number;
  /** Ticks of 100 ns beyond them, 0 to 9999. */
  readonly ticksBeyond: number;
  /** `YYYY-MM-DDTHH:MM:SS.fffffffZ` */
  readonly text: string;
}

/** Ticks of 100 ns since 1970. */
export function ticksOf({ milliseconds, ticksBeyond }: Moment): bigint {
  return BigInt(milliseconds) * ticksPerMillisecond + BigInt(ticksBeyond);
}

const dayMs = 24 * 60 * 60 * 1000;
const ticksPerMillisecond = 10_000n;
// 0001-01-01, which Date.UTC would take for 1901.
const firstMillisecond = -62_135_596_800_000;
const lastMillisecond = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A moment from milliseconds since 1970 and the ticks (0 to 9999) beyond them; undefined outside years 1 to 9999. */
function momentOf(milliseconds: number, ticksBeyond: number): Moment | undefined {
  if (!(milliseconds >= firstMillisecond && milliseconds <= lastMillisecond)) {
    return undefined;
  }
  const day = Math.floor(milliseconds / dayMs);
  const ofDay = milliseconds - day * dayMs;
  const seconds = Math.floor(ofDay / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const clock = `${twoDigits(hours)}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
  const ticks = (ofDay % 1000) * 10_000 + ticksBeyond;
  return {
    milliseconds,
    ticksBeyond,
    text: `${dayText(day)}T${clock}.${sevenDigits(ticks)}Z`,
  };
}

// Events are of few days, and Dates are slow.
const mostDays = 5_000;
const dayTexts = new Map<number, string>();

/** `YYYY-MM-DD` of a day since 1970. */
function dayText(day: number): string {
  let text = dayTexts.get(day);
  if (text === undefined) {
    text = new Date(day * dayMs).toISOString().slice(0, 10);
    remember(dayTexts, day, text);
  }
  return text;
}

function remember<Key, Value>(known: Map<Key, Value>, key: Key, value: Value): void {
  if (known.size >= mostDays) {
    known.clear();
  }
  known.set(key, value);
}

function sevenDigits(ticks: number): string {
  return String(ticks).padStart(7, '0');
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** The moment of a Date. */
export function momentOfDate(date: Date): Moment {
  const moment = momentOf(date.getTime(), 0);
  if (moment === undefined) {
    throw new RangeError('not a date of the years 1 to 9999');
  }
  return moment;
}

/** By how many digits a tick is less than the unit, or more. */
const tickDigits = { seconds: 7, milliseconds: 4, microseconds: 1, nanoseconds: -2 } as const;
const digitsOfMillisecond = tickDigits.milliseconds;

export type EpochUnit = keyof typeof tickDigits;

const epochCount = /^(-?)(\d{1,20})(?:\.(\d{1,20}))?$/;

/**
 * For connectors whose source writes times as numbers: a count of units since 1970, whole or with a
 * fraction, as text with its digits or as a number, in the form that the normaliser takes.
 */
export function epochText(count: string | number, unit: EpochUnit): string | undefined {
  const match = epochCount.exec(String(count));
  if (match === null) {
    return undefined;
  }
  const [, sign, whole = '', fraction = ''] = match;
  const digits = tickDigits[unit];
  const ticks =
    digits < 0 ? whole.slice(0, digits) : whole + fraction.slice(0, digits).padEnd(digits, '0');
  const milliseconds = Number(ticks.slice(0, -digitsOfMillisecond));
  const beyond = Number(ticks.slice(-digitsOfMillisecond));
  return (sign === '' ? momentOf(milliseconds, beyond) : momentBefore(milliseconds, beyond))?.text;
}

/** So long before 1970. */
function momentBefore(milliseconds: number, ticksBeyond: number): Moment | undefined {
  return ticksBeyond === 0
    ? momentOf(-milliseconds, 0)
    : momentOf(-milliseconds - 1, 10 ** digitsOfMillisecond - ticksBeyond);
}

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?)?\s?(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/;
const dotNetJson = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;
const invariant =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(?: ([AP])M)?)?$/i;
const rfc1123 =
  /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|Z)$/;
/** As portals show it and write it to files: `Jan 5, 2026 5:04:44 PM`, Kibana `Jan 5, 2026 @ 17:04:44.222`. */
const shown =
  /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4})(?:,| @)? (\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(?:[ \u202f]([AP])M)?$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A moment from text: ISO 8601 with 0 to 7 fraction digits (further ones are cut) and an offset or
 * none (UTC), `/Date(milliseconds)/`, .NET's invariant form (month first), RFC 1123, what portals show.
 */
export function parseDatetime(text: string): Moment | undefined {
  const usual = parseUsual(text);
  if (usual) {
    return usual;
  }
  const isoParts = iso.exec(text);
  if (isoParts) {
    const [, year, month, day, hour, minute, second, fraction, zone] = isoParts;
    return assemble({ year, month, day, hour, minute, second, fraction, zone });
  }
  return parseRareForm(text);
}

// Nearly every value, with Defender's seven digits or fewer: read without a Date, its day from memory.
const usualForm =
  /^\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,7})?(?:Z|\+00:00)?$/;
const days = new Map<string, number>();
const canonicalLength = '2026-01-05T17:04:44.2220000Z'.length;
const fractionStart = '2026-01-05T17:04:44.'.length;

function parseUsual(text: string): Moment | undefined {
  if (!usualForm.test(text)) {
    return undefined;
  }
  const day = text.slice(0, 10);
  const start = days.get(day) ?? dayStart(day);
  if (start === undefined) {
    return undefined;
  }
  const hours = digitsAt(text, 11, 2);
  const seconds = (hours * 60 + digitsAt(text, 14, 2)) * 60 + digitsAt(text, 17, 2);
  const ticks = fractionTicks(text);
  const isCanonical = text.length === canonicalLength && text[10] === 'T' && text.endsWith('Z');
  return {
    milliseconds: start + seconds * 1000 + Math.floor(ticks / 10_000),
    ticksBeyond: ticks % 10_000,
    text: isCanonical ? text : `${day}T${text.slice(11, 19)}.${sevenDigits(ticks)}Z`,
  };
}

/** A day's first millisecond; undefined where the month has no such day. */
function dayStart(day: string): number | undefined {
  const start = assemble({ year: day.slice(0, 4), month: day.slice(5, 7), day: day.slice(8) });
  if (start) {
    remember(days, day, start.milliseconds);
  }
  return start?.milliseconds;
}

/** Of the second, as many digits as there are. */
function fractionTicks(text: string): number {
  let ticks = 0;
  let unit = 1_000_000;
  for (let at = fractionStart; unit >= 1; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) {
      break;
    }
    ticks += digit * unit;
    unit /= 10;
  }
  return ticks;
}

function digitsAt(text: string, start: number, count: number): number {
  let value = 0;
  for (let index = start; index < start + count; index++) {
    value = value * 10 + text.charCodeAt(index) - 0x30;
  }
  return value;
}

function parseRareForm(text: string): Moment | undefined {
  const json = dotNetJson.exec(text);
  if (json) {
    return momentOf(Number(json[1]), 0);
  }
  const american = invariant.exec(text);
  if (american) {
    const [, month, day, year, hour, minute, second, fraction, half] = american;
    return assemble({ year, month, day, hour: hourOf(hour, half), minute, second, fraction });
  }
  const ofPortal = shown.exec(text);
  if (ofPortal) {
    const [, name = '', day, year, hour, minute, second, fraction, half] = ofPortal;
    const month = String(months.indexOf(name) + 1);
    return assemble({ year, month, day, hour: hourOf(hour, half), minute, second, fraction });
  }
  const mail = rfc1123.exec(text);
  if (mail) {
    const [, day, name = '', year, hour, minute, second] = mail;
    return assemble({ year, month: String(months.indexOf(name) + 1), day, hour, minute, second });
  }
  return undefined;
}

function hourOf(hour: string | undefined, half: string | undefined): string | undefined {
  if (half === undefined || hour === undefined) {
    return hour;
  }
  const onTwelve = Number(hour) % 12;
  const valid = Number(hour) >= 1 && Number(hour) <= 12;
  return valid ? String(half.toUpperCase() === 'P' ? onTwelve + 12 : onTwelve) : '99';
}

type Part = string | undefined;

interface Parts {
  readonly year: Part;
  readonly month: Part;
  readonly day: Part;
  readonly hour?: Part;
  readonly minute?: Part;
  readonly second?: Part;
  readonly fraction?: Part;
  readonly zone?: Part;
}

function assemble(parts: Parts): Moment | undefined {
  const [month, day] = [Number(parts.month), Number(parts.day)];
  const [hour, minute, second] = [parts.hour, parts.minute, parts.second].map((p) =>
    Number(p ?? 0),
  );
  if (hour === undefined || minute === undefined || second === undefined) {
    return undefined;
  }
  const date = new Date(0);
  date.setUTCFullYear(Number(parts.year), month - 1, day);
  // A day that the month does not have rolls over, and so shows itself.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    return undefined;
  }
  const offset = offsetMinutes(parts.zone);
  if (hour > 23 || minute > 59 || second > 59 || offset === undefined) {
    return undefined;
  }
  const fraction = (parts.fraction ?? '').slice(0, 7).padEnd(7, '0');
  const ofDay = ((hour * 60 + minute - offset) * 60 + second) * 1000 + Number(fraction.slice(0, 3));
  return momentOf(date.getTime() + ofDay, Number(fraction.slice(3)));
}

function offsetMinutes(zone: Part): number | undefined {
  if (zone === undefined || !/^[+-]/.test(zone)) {
    return 0;
  }
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 14 || minutes > 59) {
    return undefined;
  }
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
