/** Instants and spans as texts. Ticks are 100 ns, of instants since 1970-01-01 UTC. */

const ticksPer = {
  tick: 1n,
  microsecond: 10n,
  millisecond: 10_000n,
  second: 10_000_000n,
  minute: 600_000_000n,
  hour: 36_000_000_000n,
  day: 864_000_000_000n,
} as const;

const units: Readonly<Record<string, bigint>> = Object.fromEntries(
  (
    [
      ['tick', 'tick ticks'],
      ['microsecond', 'microsecond microseconds micro micros'],
      ['millisecond', 'ms milli millis millisecond milliseconds millisec millisecs'],
      ['second', 's sec secs second seconds'],
      ['minute', 'm min mins minute minutes'],
      ['hour', 'h hr hrs hour hours'],
      ['day', 'd day days'],
    ] as const
  ).flatMap(([unit, names]) => names.split(' ').map((name) => [name, ticksPer[unit]])),
);

/** Ticks of `1h`, `1.5d`, `1.02:03:04.5`, `5` (days), `-1h`; null when it is none. */
export function parseTimespan(text: string): bigint | null {
  const unit = /^([+-]?)\s*(\d+)(?:\.(\d+))?\s*([a-z]+)$/i.exec(text);
  if (unit) {
    const [, sign, whole = '0', fraction = '', name = ''] = unit;
    const ticks = units[name.toLowerCase()];
    if (ticks === undefined) return null;
    const size = (BigInt(whole + fraction) * ticks) / 10n ** BigInt(fraction.length);
    return signed(sign === '-', size);
  }
  const clock =
    /^(-?)(?:(\d+)\.)?([01]?\d|2[0-3]):([0-5]?\d)(?::([0-5]?\d)(?:\.(\d{1,7}))?)?$/.exec(text);
  if (clock) {
    const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = clock;
    const size =
      BigInt(days) * ticksPer.day +
      BigInt(hours) * ticksPer.hour +
      BigInt(minutes) * ticksPer.minute +
      BigInt(seconds) * ticksPer.second +
      BigInt(fraction.padEnd(7, '0'));
    return signed(sign === '-', size);
  }
  const days = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!days) return null;
  const [, sign, whole = '0', fraction = ''] = days;
  const size = (BigInt(whole + fraction) * ticksPer.day) / 10n ** BigInt(fraction.length);
  return signed(sign === '-', size);
}

/** Null where 64 bits do not hold it. */
function signed(isNegative: boolean, size: bigint): bigint | null {
  const ticks = isNegative ? -size : size;
  return BigInt.asIntN(64, ticks) === ticks ? ticks : null;
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

const clock = String.raw`(?<hour>\d{1,2}):(?<minute>\d{1,2})(?::(?<second>\d{1,2})(?:\.(?<fraction>\d*))?)?(?: ?(?<half>[AP]M))?`;
const zone = String.raw` ?(?<zone>Z|UTC|GMT|[-+]\d{1,2}(?::?\d{2})?)?`;
const weekday = '(?:[A-Z]{3,9},? +)?';

/** The forms in which KQL reads an instant; what todatetime() reads at run time is in sql/parse-text.ts. */
const datetimeForms = [
  String.raw`(?<year>\d{4})(?:[-/](?<month>\d{1,2})(?:[-/](?<day>\d{1,2})(?:(?:T| +)${clock})?)?)?${zone}`,
  String.raw`(?<month>\d{1,2})[-/](?<day>\d{1,2})[-/](?<year>\d{4})(?: +${clock})?${zone}`,
  String.raw`${weekday}(?<day>\d{1,2})[- ](?<name>[A-Z]{3,9})[- ,]+(?<year>\d{4}|\d{2})(?: +${clock})?${zone}`,
  String.raw`${weekday}(?<name>[A-Z]{3,9}) +(?<day>\d{1,2}),? +(?<year>\d{4})(?: +${clock})?${zone}`,
  String.raw`[A-Z]{3} (?<name>[A-Z]{3}) +(?<day>\d{1,2}) ${clock} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`, 'i'));

/** Ticks of an instant in any form that KQL reads; null when it is none, or outside the years 1 to 9999. */
export function parseDatetime(text: string): bigint | null {
  for (const form of datetimeForms) {
    const groups = form.exec(text.trim())?.groups;
    if (groups) return instantOf(groups);
  }
  return null;
}

function instantOf(parts: Readonly<Record<string, string | undefined>>): bigint | null {
  const number = (name: string, otherwise: number) => Number(parts[name] ?? otherwise);
  const year = fullYear(parts['year'] ?? '');
  const month = parts['name'] ? monthOf(parts['name']) : number('month', 1);
  const [day, minute, second] = [number('day', 1), number('minute', 0), number('second', 0)];
  let hour = number('hour', 0);
  if (hour > 23 || minute > 59 || second > 59) return null;
  const half = parts['half']?.toUpperCase();
  if (half && hour <= 12) hour = (hour % 12) + (half === 'PM' ? 12 : 0);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  date.setUTCHours(hour, minute, second);
  const ticks =
    (BigInt(date.getTime()) - BigInt(offsetMinutes(parts['zone'])) * 60_000n) * 10_000n +
    BigInt((parts['fraction'] ?? '').padEnd(7, '0').slice(0, 7));
  return isDatetime(ticks) ? ticks : null;
}

/** Two-digit years are those from 1950 to 2049. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year < 50 ? 2000 + year : 1900 + year;
}

function monthOf(name: string): number {
  return months.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

function offsetMinutes(zone: string | undefined): number {
  const offset = /^([-+])(\d{1,2}):?(\d{2})?$/.exec(zone ?? '');
  if (!offset) return 0;
  const size = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
  return offset[1] === '-' ? -size : size;
}

/** Whether an instant is in the years 1 to 9999. */
export function isDatetime(ticks: bigint): boolean {
  return ticks >= -621_355_968_000_000_000n && ticks <= 2_534_023_007_999_999_999n;
}

/** `2020-01-02T03:04:05.1234567Z` */
export function datetimeText(ticks: bigint): string {
  const fraction = ((ticks % ticksPer.second) + ticksPer.second) % ticksPer.second;
  const seconds = new Date(Number((ticks - fraction) / ticksPer.millisecond));
  return `${seconds.toISOString().slice(0, 19)}.${String(fraction).padStart(7, '0')}Z`;
}

/** `[-][d.]hh:mm:ss[.fffffff]`, .NET's constant format. */
export function timespanText(ticks: bigint): string {
  const size = ticks < 0n ? -ticks : ticks;
  const part = (unit: bigint, of: bigint) => String((size / unit) % of).padStart(2, '0');
  const days = size / ticksPer.day;
  const fraction = size % ticksPer.second;
  return (
    (ticks < 0n ? '-' : '') +
    (days > 0n ? `${days}.` : '') +
    `${part(ticksPer.hour, 24n)}:${part(ticksPer.minute, 60n)}:${part(ticksPer.second, 60n)}` +
    (fraction > 0n ? `.${String(fraction).padStart(7, '0')}` : '')
  );
}
