import type { ScalarType } from '../catalog/types.js';

/** The .NET names by which every generation's schema knows KQL's types. */
export const typeNames: Readonly<Record<ScalarType, string>> = {
  bool: 'SByte',
  int: 'Int32',
  long: 'Int64',
  real: 'Double',
  decimal: 'SqlDecimal',
  string: 'String',
  datetime: 'DateTime',
  timespan: 'TimeSpan',
  guid: 'Guid',
  dynamic: 'Object',
};

/** How a value of each type stands in an answer of the generations before Graph. */
export const jsonSchemas: Readonly<Record<ScalarType, object>> = {
  bool: { type: 'integer' },
  int: { type: 'integer' },
  long: { type: 'integer' },
  real: { type: 'number' },
  decimal: { type: 'string' },
  string: { type: 'string' },
  datetime: { type: 'string', format: 'date-time' },
  timespan: { type: 'string' },
  guid: { type: 'string' },
  dynamic: {},
};

const ticksPerSecond = 10_000_000;

/** A duration as .NET's constant format writes it: `[d.]hh:mm:ss[.fffffff]`. */
export function timespanText(seconds: number): string {
  const ticks = Math.round(seconds * ticksPerSecond);
  const whole = Math.floor(ticks / ticksPerSecond);
  const days = Math.floor(whole / 86_400);
  const clock = [Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const fraction = ticks % ticksPerSecond;
  return (
    (days > 0 ? `${days}.` : '') +
    clock +
    (fraction > 0 ? `.${String(fraction).padStart(7, '0')}` : '')
  );
}
