import { expect, test } from 'vitest';
import { withoutPause } from '../../../src/ingest/cutting/cut.js';
import type { CutGroup } from '../../../src/ingest/cutting/cutter.js';
import { otlpLogs } from '../../../src/ingest/cutting/otlp-logs.js';

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

test.each([
  ['protobuf', 'whole', whole, undefined],
  ['protobuf', 'broken off within a text', whole.subarray(0, -2), broken],
  ['protobuf', 'broken off within a length', whole.subarray(0, 1), broken],
  ['protobuf', 'text', Buffer.from('{"resourceLogs":[]}'), broken],
  ['protobuf', 'of a hundred lists and more', request(200), deep],
  ['protobuf', 'of ten thousand lists', request(10_000), deep],
  ['JSON', 'broken off', Buffer.from('{"resourceLogs":['), broken],
  ['JSON', 'of many lists', Buffer.from(json(200)), deep],
])('why a request cannot be read is told as it is: %s, %s', (type, _what, body, failure) => {
  const cut = withoutPause(otlpLogs(body, { isProtobuf: type === 'protobuf' }, () => ''));
  expect(cut.failure).toBe(failure);
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

test.each([
  [
    'repeated in one',
    field(0x0a, field(0x12, field(0x12, field(0x2a, Buffer.alloc(8_000_002, '\x18\x01'))))),
  ],
  ['repeated as messages', field(0x0a, field(0x12, Buffer.alloc(4_000_002, '\x12\x00')))],
])('more values than what fits into memory are refused, %s', (_what, body) => {
  expect(logsOf(body, true).failure).toBe('The request has more than 2000000 values.');
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
