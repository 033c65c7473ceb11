import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { findConnector } from '../../src/ingest/connectors.js';
import { LetterRuns } from '../../src/ingest/letter-runs.js';
import { EventTables } from '../../src/ingest/normalize.js';
import {
  type Batch,
  deadLetterTable,
  StreamParser,
  UnrecognizedSourceError,
} from '../../src/ingest/parser.js';
import { lines, networkEvent, numbers, processEvent } from './requests.js';

const tables = new EventTables(builtinCatalog);
const connector = findConnector('defender-streaming');

interface Options {
  readonly detect?: boolean;
  readonly maxRecordBytes?: number;
  readonly keepFrom?: Date;
  readonly chunkBytes?: number;
}

function parse(input: string | Buffer, options: Options = {}): Batch {
  const parser = new StreamParser({
    tables,
    connector: options.detect ? undefined : connector,
    maxRecordBytes: options.maxRecordBytes ?? 1024 * 1024,
    keepFrom: options.keepFrom ?? null,
    origin: 'test',
  });
  const bytes = Buffer.from(input);
  const chunkBytes = options.chunkBytes ?? bytes.length + 1;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    parser.write(bytes.subarray(at, at + chunkBytes));
  }
  parser.end();
  return parser.take();
}

function rowsOf(batch: Batch, table: string): Record<string, unknown>[] {
  const all = [...batch.events, ...(batch.deadLetters ? [batch.deadLetters] : [])];
  return all
    .filter((rows) => rows.table === table)
    .flatMap(({ lines: bytes }) => Buffer.from(bytes).toString().split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

const identitiesOf = (batch: Batch) => batch.events.flatMap(({ identities }) => [...identities]);
const parseEvent = (more: Record<string, unknown>) => parse(lines([processEvent(1, more)]));

describe('records of the Streaming API', () => {
  const events = [processEvent(1), networkEvent(2), processEvent(3)];
  const texts = events.map((event) => JSON.stringify(event));
  const reordered = events.map(({ properties, category, time }) => ({
    properties,
    category,
    time,
  }));

  it.each([
    ['lines', texts.join('\n')],
    ['lines with CRLF', texts.join('\r\n')],
    ['a byte order mark', `\ufeff${texts.join('\n')}\n`],
    ['an array', `[${texts.join(',')}]`],
    ['an array over lines', `[\n${texts.join(',\n')}\n]`],
    ['an array, printed', JSON.stringify(events, null, 2)],
    ['an Event Hubs message', JSON.stringify({ records: events })],
    ['an Event Hubs message, printed', JSON.stringify({ records: events }, null, 2)],
    ['a message a line', texts.map((text) => `{"records":[${text}]}`).join('\n')],
    ['other keys in a message', JSON.stringify({ x: 1, records: events, y: { z: [] } })],
    ['keys in another order', reordered.map((event) => JSON.stringify(event)).join('\n')],
    ['category in lower case', texts.join('\n').replaceAll('AdvancedHunting', 'advancedhunting')],
    ['table in lower case', texts.join('\n').replaceAll('DeviceProcess', 'deviceprocess')],
    [
      'unknown keys',
      texts.map((text) => text.replace('{', '{"_TimeReceivedBySvc":"x",')).join('\n'),
    ],
  ])('%s', (_what, input) => {
    for (const chunkBytes of [1_000_000, 97]) {
      const batch = parse(input, { detect: true, chunkBytes });
      expect(batch.rejected).toBe(0);
      expect(rowsOf(batch, deadLetterTable)).toEqual([]);
      expect(rowsOf(batch, 'DeviceProcessEvents').map(({ ReportId }) => ReportId)).toEqual([1, 3]);
      expect(rowsOf(batch, 'DeviceNetworkEvents').map(({ RemotePort }) => RemotePort)).toEqual([2]);
      expect(identitiesOf(batch)).toEqual(identitiesOf(parse(lines(events))));
    }
  });

  it('become rows whose time, digits and JSON are exact', () => {
    const [row] = rowsOf(
      parse(
        lines([
          JSON.stringify(
            processEvent(1, {
              AdditionalFields: { b: [1], a: 'x' },
              ProcessCommandLine: 'a\u0000b "ü" \u2028',
            }),
          ).replace('"ReportId":1', '"ReportId":639199803770463703'),
        ]),
      ),
      'DeviceProcessEvents',
    );
    expect(row).toMatchObject({
      Timestamp: '2026-01-05T00:00:01.0001234Z',
      AdditionalFields: '{"b":[1],"a":"x"}',
      ProcessCommandLine: 'a\u0000b "ü" \u2028',
    });
    expect(row).not.toHaveProperty('MachineGroup');
  });

  it('go to the tables of today under earlier names of tables and columns', () => {
    const { properties } = processEvent(1);
    const { Timestamp, DeviceId, ...rest } = properties;
    const batch = parse(
      lines([
        {
          category: 'AdvancedHunting-ProcessCreationEvents',
          properties: { ...rest, EventTime: Timestamp, MachineId: DeviceId },
        },
      ]),
    );
    expect(rowsOf(batch, 'DeviceProcessEvents')).toMatchObject([{ Timestamp, DeviceId }]);
    expect(identitiesOf(batch)).toEqual(identitiesOf(parse(lines([processEvent(1)]))));
  });
});

describe('what is not stored', () => {
  const good = [processEvent(1), processEvent(2)];
  const [first = processEvent(0), second = processEvent(0)] = good;

  it.each([
    ['broken JSON', '{"time":"2026', 'json.invalid', ''],
    ['text', 'hello', 'json.invalid', ''],
    ['a number', '5', 'record.shape', ''],
    ['null', 'null', 'record.shape', ''],
    ['no category', '{"properties":{}}', 'record.shape', ''],
    [
      'properties that are no object',
      '{"category":"AdvancedHunting-DeviceInfo","properties":[]}',
      'record.shape',
      '',
    ],
    ['another category', '{"category":"AuditLogs","properties":{}}', 'table.unknown', ''],
    [
      'an unknown table',
      '{"category":"AdvancedHunting-Foo","properties":{}}',
      'table.unknown',
      'Foo',
    ],
    [
      'a table of our own',
      '{"category":"AdvancedHunting-QuarryIngestErrors","properties":{}}',
      'table.unknown',
      'QuarryIngestErrors',
    ],
    [
      'no time',
      '{"category":"AdvancedHunting-DeviceInfo","properties":{"DeviceId":"x"}}',
      'time.missing',
      'DeviceInfo',
    ],
    [
      'no usable time',
      '{"category":"AdvancedHunting-DeviceInfo","properties":{"Timestamp":5}}',
      'time.invalid',
      'DeviceInfo',
    ],
    [
      'year 1',
      '{"category":"AdvancedHunting-DeviceInfo","properties":{"Timestamp":"0001-01-01T00:00:00Z"}}',
      'time.outOfRange',
      'DeviceInfo',
    ],
    [
      'year 9999',
      '{"category":"AdvancedHunting-DeviceInfo","properties":{"Timestamp":"9999-12-31T23:59:59Z"}}',
      'time.outOfRange',
      'DeviceInfo',
    ],
    [
      'two years ahead',
      JSON.stringify({
        category: 'AdvancedHunting-DeviceInfo',
        properties: { Timestamp: new Date(Date.now() + 730 * 86_400_000).toISOString() },
      }),
      'time.future',
      'DeviceInfo',
    ],
    [
      'a record nested 100,000 deep',
      `{"category":${'['.repeat(100_000)}${']'.repeat(100_000)},"n":1234567890123456789}`,
      'json.tooDeep',
      '',
    ],
  ])(
    '%s goes to the dead letters, and the rest of the batch is kept',
    (_what, line, code, table) => {
      const batch = parse(lines([first, line, second]));
      expect(rowsOf(batch, 'DeviceProcessEvents')).toHaveLength(2);
      expect(batch.rejected).toBe(1);
      expect(batch.reasons).toEqual({ [code]: 1 });
      const offset = lines([first]).length;
      expect(rowsOf(batch, deadLetterTable)).toMatchObject([
        {
          Source: 'defender-streaming',
          Position: `test, byte ${offset}`,
          ReasonCode: code,
          RawEvent: line.length > 65_536 ? expect.stringMatching(/…$/) : line,
          RawEventSize: line.length,
          ...(table && { Table: table }),
        },
      ]);
    },
  );

  it.each([
    [
      'an unknown column beside a list',
      { AdditionalFields: '[1]', Fresh: 'x' },
      'column.unknown',
      'Fresh',
    ],
    ['text for a number', { ProcessId: 'many' }, 'value.invalid', 'ProcessId'],
    ['a number too large', { ProcessId: 1e30 }, 'value.invalid', 'ProcessId'],
    [
      'an object for a datetime',
      { ProcessCreationTime: {} },
      'value.invalid',
      'ProcessCreationTime',
    ],
    [
      'a document too deep',
      { AdditionalFields: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) },
      'json.tooDeep',
      'AdditionalFields',
    ],
    [
      'an unknown column too deep',
      { Deep: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) },
      'json.tooDeep',
      'Deep',
    ],
  ])('%s costs the column, not the event', (_what, more, code, column) => {
    const batch = parseEvent(more);
    const [row] = rowsOf(batch, 'DeviceProcessEvents');
    expect(row).toMatchObject({ ReportId: 1, FileName: 'powershell.exe' });
    expect(row).not.toHaveProperty(column);
    expect(batch.rejected).toBe(0);
    expect(rowsOf(batch, deadLetterTable)).toMatchObject([
      {
        Table: 'DeviceProcessEvents',
        Column: column,
        ReasonCode: code,
        RawEvent: JSON.stringify(processEvent(1, more)),
      },
    ]);
  });

  it.each<[string, unknown, object, string]>([
    ['text', '{"a": 1}', { Fresh: 'x"\n' }, '{"a": 1,"Fresh":"x\\"\\n"}'],
    ['an object', { a: 1 }, { Fresh: { b: [1] } }, '{"a":1,"Fresh":{"b":[1]}}'],
    ['nothing', null, { Fresh: 'x', More: 7 }, '{"Fresh":"x","More":7}'],
    ['an empty object', {}, { Fresh: true }, '{"Fresh":true}'],
    ['a long number', '{"a":9007199254740993}', { b: 1 }, '{"a":9007199254740993,"b":1}'],
  ])('an unknown column goes among the additional fields: %s', (_what, known, more, text) => {
    const batch = parseEvent({ AdditionalFields: known, ...more });
    expect(batch.deadLetters).toBeUndefined();
    const [row] = rowsOf(batch, 'DeviceProcessEvents');
    expect(row?.['AdditionalFields']).toBe(text);
  });

  it('an unknown column does not take the place of an additional field', () => {
    const batch = parseEvent({ AdditionalFields: { Fresh: 1 }, Fresh: 2, Other: 3 });
    const [row] = rowsOf(batch, 'DeviceProcessEvents');
    expect(row?.['AdditionalFields']).toBe('{"Fresh":1,"Other":3}');
    expect(rowsOf(batch, deadLetterTable)).toMatchObject([
      { ReasonCode: 'column.unknown', Column: 'Fresh' },
    ]);
  });

  it('an unknown column without a value is nothing to report', () => {
    expect(parseEvent({ Fresh: null }).deadLetters).toBeUndefined();
  });

  it('columns that are computed are nothing to report', () => {
    expect(parseEvent({ Type: 'DeviceProcessEvents', _BilledSize: 5 }).deadLetters).toBeUndefined();
  });

  it('a column under two names is taken from its own', () => {
    const [row] = rowsOf(parseEvent({ MachineId: 'other' }), 'DeviceProcessEvents');
    expect(row).toMatchObject({ DeviceId: 'device-1' });
  });

  it('many unknown columns are additional fields, and else ten dead letters', () => {
    const more = Object.fromEntries(numbers(0, 50_000).map((number) => [`x${number}`, number]));
    const [row] = rowsOf(parseEvent({ ...more, AdditionalFields: null }), 'DeviceProcessEvents');
    expect(JSON.parse(String(row?.['AdditionalFields']))).toEqual(more);
    const letters = rowsOf(parseEvent({ ...more, AdditionalFields: '[]' }), deadLetterTable);
    expect(letters).toHaveLength(10);
    expect(letters.at(-1)?.['Reason']).toContain('49990 more columns');
    expect(String(letters[0]?.['RawEvent']).length).toBeLessThan(66_000);
  });

  it('a record larger than the limit is kept by its head', () => {
    const large = processEvent(3, { ProcessCommandLine: 'x'.repeat(10 * 1024 * 1024) });
    const batch = parse(lines([first, large, second]), { chunkBytes: 64 * 1024 });
    expect(rowsOf(batch, 'DeviceProcessEvents')).toHaveLength(2);
    const [letter] = rowsOf(batch, deadLetterTable);
    expect(letter).toMatchObject({
      ReasonCode: 'record.tooLarge',
      RawEventSize: JSON.stringify(large).length,
    });
    expect(letter?.['RawEvent']).toMatch(/^\{"time"/);
  });

  it('events beyond the retention are counted', () => {
    const keepFrom = new Date(Date.UTC(2026, 0, 5) + 2000);
    const batch = parse(lines([first, second, processEvent(3)]), { keepFrom });
    expect(batch).toMatchObject({ expired: 1, rejected: 0 });
    expect(rowsOf(batch, 'DeviceProcessEvents')).toHaveLength(2);
  });
});

describe('the identity of an event', () => {
  const identity = (input: string | Buffer) => identitiesOf(parse(input))[0];
  const base = identity(lines([processEvent(1)]));

  it.each([
    ['space between tokens', JSON.stringify(processEvent(1), null, 1).replaceAll('\n', '')],
    ['the time of reception', JSON.stringify({ ...processEvent(1), time: 'later' })],
    [
      'the order of columns',
      JSON.stringify({
        ...processEvent(1),
        properties: Object.fromEntries(Object.entries(processEvent(1).properties).reverse()),
      }),
    ],
    ['columns without value', JSON.stringify(processEvent(1, { SHA1: null, MD5: '' }))],
    ['how numbers are written', JSON.stringify(processEvent(1, { ProcessId: '1001' }))],
  ])('does not depend on %s', (_what, input) => {
    expect(identity(input)).toBe(base);
  });

  it.each([
    ['a column', { ReportId: 2 }],
    ['an unknown column', { Fresh: 'x' }],
    ['a value that does not fit', { LogonId: 'x' }],
    ['a document too deep', { AdditionalFields: `${'['.repeat(500)}${']'.repeat(500)}` }],
  ])('depends on %s', (_what, more) => {
    expect(identity(lines([processEvent(1, more)]))).not.toBe(base);
  });

  it('stays when the catalog learns of a column', () => {
    const table = builtinCatalog.tables.find(({ name }) => name === 'DeviceProcessEvents');
    const learned = {
      ...builtinCatalog,
      tables: builtinCatalog.tables.map((other) =>
        other === table
          ? { ...other, columns: [...other.columns, { name: 'Fresh', type: 'string' as const }] }
          : other,
      ),
    };
    const event = lines([processEvent(1, { Fresh: 'x', ActionType: 'y' })]);
    const parser = new StreamParser({
      tables: new EventTables(learned),
      connector,
      maxRecordBytes: 1000,
      keepFrom: null,
      origin: 'test',
    });
    parser.write(event);
    parser.end();
    expect(identitiesOf(parser.take())).toEqual([identity(event)]);
  });
});

describe('detection', () => {
  it('does not mind a broken line among the first', () => {
    const batch = parse(lines(['{"tim', processEvent(1), processEvent(2)]), { detect: true });
    expect(rowsOf(batch, 'DeviceProcessEvents')).toHaveLength(2);
    expect(batch.rejected).toBe(1);
  });

  it.each(['hello\nworld\n', '{"a":1}\n{"a":2}', '[1,2,3]', '{'])(
    'claims nothing of %j',
    (input) => {
      expect(() => parse(input, { detect: true })).toThrow(UnrecognizedSourceError);
    },
  );

  it.each(['', '\n\n', '[]', '{"records":[]}'])('needs no source for %j', (input) => {
    expect(parse(input).events).toEqual([]);
  });
});

describe('very many dead letters of one kind', () => {
  it('are told of together, behind the first thousand, with all of their text', () => {
    const parser = new StreamParser({
      ...{ tables, connector: findConnector('defender-streaming'), keepFrom: null, origin: 'test' },
      maxRecordBytes: 1024 * 1024,
    });
    const numbers = Array.from({ length: 100_000 }, (_, index) => String(index));
    const long = `{"${'x'.repeat(70_000)}`;
    const text = `${numbers.join('\n')}\n${long}\n{"what":"is this"}\n`;
    parser.write(Buffer.from(text));
    parser.end();
    const batch = parser.take();
    expect([batch.rejected, batch.reasons]).toEqual([
      100_002,
      { 'record.shape': 100_001, 'json.invalid': 1 },
    ]);
    const letters = rowsOf(batch, deadLetterTable);
    expect(letters.length).toBeLessThan(1_020);
    const raw = letters
      .filter(({ ReasonCode }) => ReasonCode === 'record.shape')
      .map(({ RawEvent }) => RawEvent);
    expect(raw.join('\n').split('\n')).toEqual([...numbers, '{"what":"is this"}']);
    expect(letters.find(({ Reason }) => String(Reason).includes('of them'))).toMatchObject({
      Reason: expect.stringMatching(
        /^The record does not have the shape of its source: \d+ of them/,
      ),
      Position: expect.stringMatching(/^test, byte 3890 to byte \d+$/),
      RawEventSize: expect.any(Number),
    });
    expect(batch.deadLetters?.lines.length).toBeLessThan(2 * text.length + 1_000_000);
    // The next batch begins anew.
    parser.write(Buffer.from('7\n8\n'));
    expect(rowsOf(parser.take(), deadLetterTable)).toHaveLength(2);
  });

  it('of columns with any number of names are few', () => {
    const runs: string[] = [];
    const letters = new LetterRuns(({ where }) => runs.push(where));
    for (let index = 0; index < 10_000; index++) {
      letters.add({
        problem: { reason: 'column.unknown', column: `c${index}` },
        culprit: { source: 's', table: 't', raw: 'raw', rawSizeBytes: 3 },
        ...{ origin: 'o', where: `item ${index}` },
      });
    }
    letters.end();
    expect(runs.length).toBe(2_001);
    expect(runs.at(-1)).toBe('item 2000 to item 9999');
  });
});

describe('a record of very many parts', () => {
  it.each([
    ['records', (count: number) => ({ records: new Array(count).fill(0) })],
    [
      'events of CloudWatch, with long names around them',
      (count: number) => ({
        ...{ owner: '1', logGroup: 'g'.repeat(500), logStream: 's'.repeat(500) },
        logEvents: new Array(count).fill({ message: 'x' }),
      }),
    ],
  ])('comes to no more dead letters than can be read: %s', (_name, record) => {
    const parser = new StreamParser({
      ...{ tables, connector: findConnector('auditd'), keepFrom: null, origin: 'test' },
      maxRecordBytes: 4 * 1024 * 1024,
    });
    const text = JSON.stringify(record(200_000));
    parser.write(Buffer.from(text));
    parser.end();
    const batch = parser.take();
    expect(batch.rejected).toBe(200_000);
    expect(batch.deadLetters?.lines.length).toBeLessThan(5 * text.length + 16 * 1024 * 1024);
    const letters = rowsOf(batch, deadLetterTable);
    expect(letters.length).toBeLessThanOrEqual(10_001);
    expect(letters).toContainEqual(
      expect.objectContaining({
        Reason: expect.stringContaining('190000 more of its records have problems'),
        RawEvent: expect.stringContaining(text.slice(0, 1000)),
      }),
    );
  });
});
