const pattern = /^(-)?(?:(\d+)\.)?(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?$/;

const ticksPerSecond = 10_000_000n;

/** Ticks of 100 ns of a timespan's text `[-][d.]hh:mm:ss[.fffffff]`; undefined when it is none. */
export function timespanTicks(text: unknown): bigint | undefined {
  if (typeof text !== 'string') return undefined;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, minus, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const whole =
    BigInt(days) * 86_400n + BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds);
  const ticks = whole * ticksPerSecond + BigInt(fraction.padEnd(7, '0'));
  return minus === undefined ? ticks : -ticks;
}

/** Seconds of a timespan, as a number to draw. */
export function timespanSeconds(text: unknown): number | undefined {
  const ticks = timespanTicks(text);
  return ticks === undefined ? undefined : Number(ticks) / 1e7;
}
