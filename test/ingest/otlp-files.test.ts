import { expect, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { findConnector } from '../../src/ingest/connectors.js';
import { contentsOf } from '../../src/ingest/contents.js';
import { EventTables } from '../../src/ingest/normalize.js';
import { StreamParser } from '../../src/ingest/parser.js';
import { isPacked } from '../../src/ingest/sources/packed.js';
import { converted } from './convert.js';
import { processEvent } from './requests.js';

const audit =
  'type=USER_LOGIN msg=audit(1767571200.123:42): pid=900 uid=0 auid=1000 ses=3 ' +
  `msg='op=login id=1000 exe="/usr/sbin/sshd" hostname=? addr=203.0.113.9 terminal=ssh res=success'`;
const document = JSON.stringify(processEvent(1));

/** A line of the collector's file exporter. */
const request = (texts: readonly string[], scope: object = {}) => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'host.name', value: { stringValue: 'web01' } }] },
      scopeLogs: [
        { scope, logRecords: texts.map((text) => ({ body: { stringValue: text }, traceId: '' })) },
      ],
    },
  ],
});

test.each([
  ['a line for each', [request([audit]), request([document])]],
  ['one line', [request([audit, document])]],
  ['with lines between', [request([audit]), '', request([document]), '']],
  ['printed over several lines', [JSON.stringify(request([audit, document]), null, 2)]],
  ['in a list', [JSON.stringify([request([audit]), request([document])], null, 1)]],
])('events of OTLP in files are taken for what they are: %s', (_what, lines) => {
  for (const source of [undefined, 'otlp-json']) {
    const { rows, letters, source: found } = converted(lines, source);
    expect([found, letters]).toEqual(['otlp-json', []]);
    expect(rows['DeviceLogonEvents']).toMatchObject([{ DeviceName: 'web01' }]);
    expect(rows['DeviceProcessEvents']).toMatchObject([{ ProcessId: 1001 }]);
  }
});

test('a source that is named is that of the events', () => {
  const { rows, letters, source } = converted([request([audit, document])], 'auditd');
  expect([source, Object.keys(rows)]).toEqual(['auditd', ['DeviceLogonEvents']]);
  expect(letters).toMatchObject([{ Source: 'auditd', Position: 'test, byte 0, record 2' }]);
});

test("the name of the events' scope is that of a connector", () => {
  const { letters } = converted([request(['{"what":"is this"}'], { name: 'windows-event' })]);
  expect(letters).toMatchObject([{ Source: 'windows-event', ReasonCode: 'record.shape' }]);
});

test('what is broken, or no request, costs itself', () => {
  const lines = [
    request(['{"what":"is this"}', audit]),
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stri',
    '{"resourceLogs":5}',
    '{"resourceLogs":[7]}',
    '{"resourceSpans":[]}',
    request([document]),
  ];
  const { rows, letters } = converted(lines);
  expect(Object.keys(rows).sort()).toEqual(['DeviceLogonEvents', 'DeviceProcessEvents']);
  expect(
    letters.map(({ Position, ReasonCode, RawEvent }) => [Position, ReasonCode, RawEvent]),
  ).toEqual([
    ['test, byte 0, record 1', 'source.unknown', '{"what":"is this"}'],
    [expect.stringContaining('test, byte '), 'json.invalid', lines[1]],
    [expect.stringContaining('test, byte '), 'record.shape', lines[2]],
    [expect.stringContaining('test, byte '), 'record.shape', lines[3]],
    [expect.stringContaining('test, byte '), 'record.shape', lines[4]],
  ]);
});

const parserOf = (maxRecordBytes: number) =>
  new StreamParser({
    tables: new EventTables(builtinCatalog),
    connector: findConnector('otlp-json'),
    ...{ maxRecordBytes, keepFrom: null, origin: 'test' },
  });

test.each([
  ['a line', undefined],
  ['a document', 1],
])(
  '%s of more bytes than an event may have holds events, up to four times as many',
  (_what, indent) => {
    const linesOf = (count: number) =>
      `${JSON.stringify(request(Array.from({ length: count }, () => audit)), null, indent)}\n`;
    const few = linesOf(10);
    for (const [text, rejected] of [
      [few, 0],
      [linesOf(50), 1],
    ] as const) {
      const parser = parserOf(few.length / 2);
      // In pieces, as it comes.
      for (let at = 0; at < text.length; at += 100) {
        parser.write(Buffer.from(text.slice(at, at + 100)));
      }
      parser.end();
      parser.proceed(Number.POSITIVE_INFINITY);
      const batch = parser.take();
      expect([batch.rejected, batch.reasons]).toEqual([
        rejected,
        rejected > 0 ? { 'record.tooLarge': 1 } : {},
      ]);
    }
  },
);

test('behind more white space than a record begins with, many events are one record', () => {
  const line = JSON.stringify(request(Array.from({ length: 20 }, () => audit)));
  for (const [space, rejected] of [
    [100, 0],
    [1000, 1],
  ] as const) {
    const parser = parserOf(line.length / 2);
    parser.write(Buffer.from(`\n${' '.repeat(space)}${line}\n`));
    parser.end();
    expect(parser.take().rejected).toBe(rejected);
  }
});

test('what is read of a file that grows is settled behind the line', () => {
  const parser = parserOf(1_000_000);
  const line = Buffer.from(`${JSON.stringify(request([document]))}\n`);
  parser.write(Buffer.concat([line, line.subarray(0, 50)]));
  expect(parser.settled).toBe(line.length);
  parser.write(line.subarray(50));
  expect(parser.settled).toBe(2 * line.length);
});

/** A frame of zstd that holds the bytes as they are, behind its length. */
function message(text: string): Buffer {
  const content = Buffer.from(text);
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x60, 0, 0, 0, 0, 0]);
  head.writeUInt16LE(content.length - 256, 5);
  head.writeUIntLE((content.length << 3) | 1, 7, 3);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length + content.length);
  return Buffer.concat([length, head, content]);
}

test('messages that the collector has packed one by one are lines', async () => {
  const texts = [audit, document].map((text) => JSON.stringify(request([text, text])));
  const packed = Buffer.concat(texts.map(message));
  expect(isPacked(packed)).toBe(true);
  const read = async (bytes: Buffer) => {
    let text = '';
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    }
    const content = { name: 'logs', chunks: chunks() };
    try {
      for await (const { chunks } of contentsOf(content)) {
        for await (const chunk of chunks) text += Buffer.from(chunk).toString();
      }
      return text;
    } catch (error) {
      return [text, String(error)];
    }
  };
  expect(await read(packed)).toBe(texts.map((text) => `${text}\n`).join(''));
  for (const length of [packed.length - 1, message(texts[0] ?? '').length + 3]) {
    expect(await read(packed.subarray(0, length))).toEqual([
      `${texts[0]}\n`,
      expect.stringContaining('The zstd data is truncated.'),
    ]);
  }
});
