import { expect, test } from 'vitest';
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
  const cut = otlpLogs(body, { isProtobuf: type === 'protobuf' }, () => '');
  expect(cut.failure).toBe(failure);
});
