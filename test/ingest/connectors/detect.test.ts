import { expect, it } from 'vitest';
import { detectConnector } from '../../../src/ingest/connectors.js';
import { headers, samples } from './samples.js';

const cases = Object.entries(samples)
  .filter(([name]) => headers[name] === undefined)
  .flatMap(([name, records]) => records.map((record, index) => [name, index + 1, record] as const));

it.each(cases)('%s: record %i alone is known for its own', (name, _number, record) => {
  const sample =
    typeof record === 'string'
      ? { text: record, value: undefined }
      : { text: JSON.stringify(record), value: record as never };
  expect(detectConnector(() => [sample])?.name).toBe(name);
});

it.each(Object.keys(samples))('%s: its records among garbage', (name) => {
  const own = [...(headers[name] ?? []), ...(samples[name] ?? [])].map((record) =>
    typeof record === 'string'
      ? { text: record, value: undefined }
      : { text: JSON.stringify(record), value: record as never },
  );
  const garbage = [{ text: '{"a":1}', value: { a: 1 } }];
  expect(detectConnector(() => [...own, ...garbage])?.name).toBe(name);
});

it.each([
  {},
  { a: 1 },
  [],
  null,
  'x',
  { message: 'hello' },
  { '@timestamp': 'x', message: 'hello' },
  { log: { ts: 1_767_607_872, level: 'info', msg: 'started' } },
  { request: { ts: 1_767_607_872, method: 'GET' } },
])('no connector claims %j', (value) => {
  expect(detectConnector(() => [{ text: JSON.stringify(value), value: value as never }])).toBe(
    undefined,
  );
});

it.each(
  [
    'entra-id',
    'cloudtrail',
    'falco',
    'ocsf',
    'office365',
    'osquery',
    'suricata',
    'tetragon',
  ].flatMap((name) => [samples[name]?.[0] ?? {}].map((record) => [name, record] as const)),
)("an event of Windows stays one where its text is a record of %s's", (_name, record) => {
  const value = {
    ...{ channel: 'Application', computer: 'pc1', record_id: 7, level: 'Information' },
    ...{ event_id: { id: 1000, qualifiers: 0 }, provider: { name: 'App', guid: '' } },
    ...{ system_time: '2026-01-05T10:11:12.0Z', message: JSON.stringify(record) },
  };
  const sample = { text: JSON.stringify(value), value };
  expect(detectConnector(() => [sample])?.name).toBe('windows-event');
});
