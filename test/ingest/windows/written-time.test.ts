import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/ingest/json.js';
import { converted, onlyRow } from '../convert.js';

const event = {
  ...{ SourceName: 'Microsoft-Windows-Security-Auditing', EventID: 4726, Channel: 'Security' },
  ...{ Hostname: 'PC1', SourceModuleType: 'im_msvistalog', TargetUserName: 'bob' },
};
const timeOf = (EventTime: unknown) => onlyRow(converted([{ ...event, EventTime }]))['Timestamp'];

describe('the time of an event', () => {
  it.each<[unknown, string]>([
    ['2026-01-05 10:11:12', '12.0000000'],
    ['2026-01-05T12:11:12.5+02:00', '12.5000000'],
    ['2026-01-05T10:11:12.5Z[UTC]', '12.5000000'],
    ['2026-01-05T11:11:12.5+01:00[Europe/Oslo]', '12.5000000'],
    ['2026/01/05 10:11:12', '12.0000000'],
    ['2026/1/5 10:11:12', '12.0000000'],
    ['05.01.2026 10:11:12', '12.0000000'],
    ['5.1.2026 10:11:12', '12.0000000'],
    ['1/5/2026, 10:11:12 AM', '12.0000000'],
    ['Mon Jan 05 10:11:12 2026', '12.0000000'],
    ['Mon Jan  5 10:11:12 2026', '12.0000000'],
    ['20260105101112.123456-000', '12.1234560'],
    [1767607872, '12.0000000'],
    ['1767607872.123456789', '12.1234567'],
    [1767607872123, '12.1230000'],
    ['1.767607872123E12', '12.1230000'],
    ['1.767607872E9', '12.0000000'],
    ['1767607872123456', '12.1234560'],
    ['1767607872123456789', '12.1234567'],
    ['134120814721234567', '12.1234567'],
    ['639032046721234567', '12.1234567'],
  ])('is read from %j', (written, seconds) => {
    expect(timeOf(written)).toBe(`2026-01-05T10:11:${seconds}Z`);
  });

  it('is read from a number that has more digits than JavaScript has', () => {
    const text = JSON.stringify({ ...event, EventTime: 0 }).replace(':0', ':134120814721234567');
    expect(parseJson(text)).toBeDefined();
    expect(onlyRow(converted(text))['Timestamp']).toBe('2026-01-05T10:11:12.1234567Z');
  });

  it.each([
    '100000000000000000',
    '12345678901234',
    '31.02.2026 10:11:12',
    '9.9E99',
    'Mon Foo 05 10:11:12 2026',
  ])('that is none makes a dead letter: %s', (written) => {
    expect(converted([{ ...event, EventTime: written }]).counts.rejected).toBe(1);
  });
});
