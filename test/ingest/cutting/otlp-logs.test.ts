import { expect, test } from 'vitest';
import type { CutGroup } from '../../../src/ingest/cutting/cutter.js';
import { jsonLogs } from '../../../src/ingest/cutting/otlp-json.js';
import { otlpLogs } from '../../../src/ingest/cutting/otlp-logs.js';
import type { TakeRecord } from '../../../src/ingest/cutting/otlp-request.js';
import { withoutPause } from '../../../src/ingest/cutting/without-pause.js';

function field(tag: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.concat([Buffer.from([tag, ...length, rest]), content]);
    length.push((rest & 0x7f) | 0x80);
  }
}

/** A request of one record whose body is a text in so many lists. */
function request(lists: number): Buffer {
  let value = field(0x0a, Buffer.from('text'));
  for (let list = 0; list < lists; list++) value = field(0x2a, field(0x0a, value));
  return field(0x0a, field(0x12, field(0x12, field(0x2a, value))));
}

function json(lists: number): string {
  const body = `${'{"arrayValue":{"values":['.repeat(lists)}{}${']}}'.repeat(lists)}`;
  return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${body}}]}]}]}`;
}

const recordsIn = (records: string) =>
  `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`;

function logsOf(body: Buffer, isProtobuf: boolean) {
  const { groups, failure } = withoutPause(otlpLogs(body, { isProtobuf }, () => ''));
  return { groups: [...groups], failure };
}

const textsOf = (groups: readonly CutGroup[]) =>
  groups
    .flatMap(({ items }) => [...items.portions()])
    .flatMap(({ bytes, ends }) =>
      [...ends].map((end, index) => Buffer.from(bytes).toString('utf8', ends[index - 1] ?? 0, end)),
    );

const whole = request(1);
const broken = 'The request cannot be decoded.';
const deep = 'The request is nested too deep.';
const noJsonAt = (position: number) =>
  `The request cannot be decoded: there is no JSON at byte ${position}.`;
const brokenOffAt = (position: number) =>
  `The request cannot be decoded: it breaks off at byte ${position}.`;

test.each([
  ['protobuf', 'whole', whole, undefined],
  ['protobuf', 'broken off within a text', whole.subarray(0, -2), broken],
  ['protobuf', 'broken off within a length', whole.subarray(0, 1), broken],
  ['protobuf', 'text', Buffer.from('{"resourceLogs":[]}'), broken],
  ['protobuf', 'of a hundred lists and more', request(200), deep],
  ['protobuf', 'of ten thousand lists', request(10_000), deep],
  ['JSON', 'empty', '', brokenOffAt(0)],
  ['JSON', 'a list', '[]', 'The request is no object.'],
  ['JSON', 'broken off', '{"resourceLogs":[', brokenOffAt(17)],
  ['JSON', 'broken off in a record', recordsIn('{"body":{}},{"bo').slice(0, -6), brokenOffAt(62)],
  ['JSON', 'broken off in a name', '{"resource', noJsonAt(1)],
  ['JSON', 'of many lists', json(200), deep],
  ['JSON', 'with something behind it', `${recordsIn('{}')} x`, noJsonAt(55)],
  ['JSON', 'with brackets that do not match', recordsIn('{"body":[}'), noJsonAt(60)],
  ['JSON', 'with a comma too many', recordsIn('{},'), noJsonAt(49)],
  ['JSON', 'with no comma', recordsIn('{}{}'), noJsonAt(48)],
  ['JSON', 'with no colon', '{"resourceLogs"[]}', noJsonAt(15)],
  [
    'JSON',
    'with a record that is none',
    recordsIn('{"body":{"stringValue":"a\nb"}}'),
    noJsonAt(46),
  ],
  ['JSON', 'with a member of something else', '{"a":nothing,"resourceLogs":[]}', noJsonAt(5)],
  ['JSON', 'with a list that is none', '{"resourceLogs":{}}', 'resourceLogs is no list.'],
  ['JSON', 'with nothing for a list', '{"resourceLogs":null}', undefined],
])('why a request cannot be read is told as it is: %s, %s', (type, _what, body, failure) => {
  expect(logsOf(Buffer.from(body), type === 'protobuf').failure).toBe(failure);
});

test.each([
  [
    'what is of all behind it',
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[RECORDS],"scope":SCOPE}],"resource":RESOURCE}]}',
  ],
  [
    'spaces',
    '\n{ "resourceLogs" : [ { "resource" : RESOURCE , "scopeLogs" : [ { "scope" : SCOPE , "logRecords" : [ RECORDS ] } ] } ] }\n',
  ],
  [
    'names with escapes',
    '{"resource\\u004cogs":[{"resource":RESOURCE,"scopeLogs":[{"scope":SCOPE,"logRecords":[RECORDS]}]}]}',
  ],
  [
    'the last of several',
    '{"resourceLogs":[{"resource":{"a":[1]},"resource":RESOURCE,"scopeLogs":[{"scope":7,"scope":SCOPE,"logRecords":[RECORDS]}]}]}',
  ],
  [
    'others around it',
    '{"x":[{"y":"]}\\""}],"resourceLogs":[{"schemaUrl":"a","resource":RESOURCE,"z":null,"scopeLogs":[{"schemaUrl":"b","scope":SCOPE,"logRecords":[RECORDS],"n":1}]}],"w":true}',
  ],
  [
    'in several',
    '{"resourceLogs":[null,{"resource":RESOURCE,"scopeLogs":[7,{"scope":SCOPE,"logRecords":[FIRST]},{"scope":SCOPE,"logRecords":[SECOND]}]}]}',
  ],
])('records of JSON are found, and what they have in common: %s', (_what, form) => {
  const [first, second] = ['one \\" ] } \\\\', 'two é'].map(
    (text) => `{"body":{"stringValue":"${text}"}}`,
  );
  const text = form
    .replace('RECORDS', `${first},${second}`)
    .replace('FIRST', first ?? '')
    .replace('SECOND', second ?? '')
    .replace('RESOURCE', '{"attributes":[{"key":"host.name","value":{"stringValue":"h"}}]}')
    .replaceAll('SCOPE', '{"name":"scope"}');
  const { groups, failure } = logsOf(Buffer.from(text), false);
  expect(failure).toBeUndefined();
  expect(groups.map(({ name }) => name)).toEqual(['scope']);
  expect(textsOf(groups)).toEqual(
    ['one " ] } \\', 'two é'].map((message) => JSON.stringify({ host: 'h', message })),
  );
});

test.each([
  [
    'many records',
    recordsIn(Array(20_000).fill('{"body":{"stringValue":"a text"}}').join(',')),
    20_000,
  ],
  ['a long record', recordsIn(`{"body":{"stringValue":"${'a'.repeat(3_000_000)}"}}`), 40],
  ['a long member of something else', `{"other":"${'a'.repeat(3_000_000)}","resourceLogs":[]}`, 40],
])('JSON is gone through with pauses: %s', (_what, text, pauses) => {
  const steps = otlpLogs(Buffer.from(text), { isProtobuf: false }, () => '');
  let count = 0;
  while (!steps.next().done) count++;
  expect(count).toBeGreaterThanOrEqual(pauses);
});

const inLists = (value: string, lists: number) => '['.repeat(lists) + value + ']'.repeat(lists);

test.each([
  ['a number of many digits', '12345678901234567890', '12345678901234567890'],
  ['a list', inLists('1', 50), inLists('1', 50)],
  ['nothing', 'null', 'null'],
])('a text that is none is taken as it is written: %s', (_what, value, expected) => {
  const record = `{"body":{"kvlistValue":{"values":[{"key":"a","value":{"stringValue":${value}}}]}}}`;
  const { groups, failure } = logsOf(Buffer.from(recordsIn(record)), false);
  expect(failure).toBeUndefined();
  expect(textsOf(groups)).toEqual([JSON.stringify({ a: expected })]);
});

test('lists where a text should be are refused by their depth, not read in the square of it', () => {
  const record = `{"body":{"stringValue":${inLists('', 2_000)}}}`;
  const records = Array(900).fill(record).join(',');
  expect(logsOf(Buffer.from(recordsIn(records)), false).failure).toBe(deep);
});

const inRequest = (record: Buffer) => field(0x0a, field(0x12, field(0x12, record)));

test.each([
  ['protobuf, repeated in one', true, inRequest(field(0x2a, Buffer.alloc(2_000_000, '\x18\x01')))],
  ['protobuf, repeated as messages', true, inRequest(Buffer.alloc(1_000_002, '\x32\x00'))],
  [
    'protobuf, of many bytes',
    true,
    inRequest(field(0x2a, field(0x0a, Buffer.alloc(17_000_000, 'a')))),
  ],
  ['JSON', false, Buffer.from(recordsIn(`{"attributes":[${'{},'.repeat(500_000)}{}]}`))],
  ['JSON, of many bytes', false, Buffer.from(recordsIn(`{"body":"${'a'.repeat(17_000_000)}"}`))],
])(
  'a record of more values than what is decoded is taken as it came: %s',
  (_what, isProtobuf, body) => {
    const { groups, failure } = logsOf(body, isProtobuf);
    expect([failure, groups.map(({ items }) => items.count)]).toEqual([undefined, [1]]);
    expect(groups[0]?.items.sizeBytes).toBeGreaterThan(body.length - 100);
  },
);

test.each([
  ['protobuf', true, field(0x0a, field(0x0a, Buffer.alloc(1_000_002, '\x0a\x00'))), 'Resource'],
  [
    'JSON',
    false,
    Buffer.from(`{"resourceLogs":[{"resource":[${'{},'.repeat(500_000)}{}]}]}`),
    'resource',
  ],
])(
  'what records have in common is not decoded where it has more values: %s',
  (_what, isProtobuf, body, name) => {
    expect(logsOf(body, isProtobuf).failure).toBe(`A ${name} of the request is too large.`);
  },
);

test('what the scopes of a resource have in common is read once, however many they are', () => {
  const scopeLogs = Array(3).fill('{"logRecords":[{}]}').join(',');
  const resources: unknown[] = [];
  const take: TakeRecord = (_record, { resource }) => void resources.push(resource);
  withoutPause(jsonLogs(Buffer.from(`{"resourceLogs":[{"scopeLogs":[${scopeLogs}]}]}`), take));
  expect([resources.length, new Set(resources).size]).toEqual([3, 1]);
});

test('protobuf is decoded record by record, with what it has in common', () => {
  const text = (value: string) => field(0x0a, Buffer.from(value));
  const attribute = (id: number, key: string, value: string) =>
    field(id, Buffer.concat([text(key), field(0x12, text(value))]));
  const record = (value: string) => field(0x12, field(0x2a, text(value)));
  const scopeLogs = Buffer.concat([record('one'), field(0x0a, text('scope')), record('two')]);
  const resource = field(0x0a, attribute(0x0a, 'host.name', 'h'));
  // The resource stands behind what it is of.
  const body = field(0x0a, Buffer.concat([field(0x12, scopeLogs), resource]));
  const { groups } = logsOf(body, true);
  expect(groups.map(({ name }) => name)).toEqual(['scope']);
  expect(textsOf(groups)).toEqual(
    ['one', 'two'].map((message) => JSON.stringify({ host: 'h', message })),
  );
});
