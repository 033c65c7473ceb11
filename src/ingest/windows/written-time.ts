import { type EpochUnit, epochText } from '../datetime.js';
import type { JsonValue } from '../json.js';
import { textOf } from './event.js';

/** As it stands in nearly all events. */
const usualTime = /^\d{4}-[\d:.TZ-]+$/;

/** What no parser of times reads, in the words of one that it does; the first that fits is it. */
const forms: readonly (readonly [
  form: RegExp,
  written: (parts: string[]) => string | undefined,
])[] = [
  // Of WMI: digits alone, and minutes from UTC.
  [
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-])(\d{3})$/,
    ([year, month, day, hour, minute, second, fraction, sign, offset]) => {
      const zone = [Math.floor(Number(offset) / 60), Number(offset) % 60];
      const [hours, minutes] = zone.map((part) => String(part).padStart(2, '0'));
      return `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}${sign}${hours}:${minutes}`;
    },
  ],
  [/^(\d{9,19}(?:\.\d{1,9})?)$/, ([count = '']) => ofCount(count)],
  // JSON of large numbers: `1.767607872123E12`.
  [
    /^(\d\.\d{1,18})E\+?(\d{1,2})$/i,
    ([digits = '', zeros]) => ofCount(moved(digits, Number(zeros))),
  ],
  // C has such a text for a time: `Mon Jan  5 10:11:12 2026`.
  [
    /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})$/,
    ([month, day, clock, year]) => `${month} ${day}, ${year} ${clock}`,
  ],
  [/^(\d{4})\/(\d\d?)\/(\d\d?)(?=[T ])(.*)$/, ([year, ...rest]) => ofDay(year, rest)],
  [
    /^(\d\d?)\.(\d\d?)\.(\d{4})(?= )(.*)$/,
    ([day = '', month = '', year, rest = '']) => ofDay(year, [month, day, rest]),
  ],
  // Java's names of zones, behind the offset.
  [/^(\d{4}-[\d:.T+-]+Z?)\[[\w/+-]+\]$/, ([time]) => time],
  [/^(\d{1,2}\/\d{1,2}\/\d{4}), (\d.*)$/, ([day, clock]) => `${day} ${clock}`],
];

function ofDay(year: string | undefined, [month = '', day = '', rest = '']: string[]): string {
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${rest}`;
}

/** A number of so many places before its point. */
function moved(digits: string, places: number): string {
  const [whole = '', fraction = ''] = digits.split('.');
  const all = fraction.padEnd(Math.min(places, 19), '0');
  const rest = all.slice(places);
  return `${whole}${all.slice(0, places)}${rest === '' ? '' : `.${rest}`}`;
}

/** Of 100 ns since 1601, in which Windows counts. */
const from1601to1970 = 116_444_736_000_000_000n;
/** Of 100 ns since the year 1, in which .NET counts; from 1601 on it is thousands of years until then. */
const from1to1970 = 621_355_968_000_000_000n;
const ticksOfSecond = 10_000_000n;
const digitsOfTicks = 18;

/** A count that is as large as one of these units has it in our time. */
function ofCount(count: string): string | undefined {
  const digits = count.split('.', 1)[0]?.length ?? 0;
  if (digits === digitsOfTicks) {
    const written = BigInt(count.split('.', 1)[0] ?? '');
    const ticks = written - (written >= from1to1970 ? from1to1970 : from1601to1970);
    const beyond = String(ticks % ticksOfSecond).padStart(7, '0');
    return ticks < 0n ? undefined : epochText(`${ticks / ticksOfSecond}.${beyond}`, 'seconds');
  }
  const unit = unitOf(digits, Number(count));
  return unit && epochText(count, unit);
}

function unitOf(digits: number, count: number): EpochUnit | undefined {
  if (digits <= 13) {
    return count >= 1e11 ? 'milliseconds' : 'seconds';
  }
  return ({ 16: 'microseconds', 19: 'nanoseconds' } as const)[digits];
}

/** An event's time as shippers write it, in a form that is read. */
export function timeText(value: JsonValue | undefined): string | undefined {
  const text = textOf(value);
  if (text === undefined || usualTime.test(text)) {
    return text;
  }
  for (const [form, written] of forms) {
    const [, ...parts] = form.exec(text) ?? [];
    if (parts.length > 0) {
      return written(parts) ?? text;
    }
  }
  return text;
}
