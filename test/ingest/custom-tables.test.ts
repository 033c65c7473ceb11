import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { parseCustomTable, withCustomTable } from '../../src/catalog/custom-table.js';
import { connectors, detectConnector, findConnector } from '../../src/ingest/connectors.js';
import { csvFields } from '../../src/ingest/csv.js';
import { fieldPath, follow, takenBy, without } from '../../src/ingest/custom/path.js';
import { customConnectors } from '../../src/ingest/custom/table-connector.js';
import { EventTables } from '../../src/ingest/normalize.js';
import { type Batch, deadLetterTable, StreamParser } from '../../src/ingest/parser.js';
import { connectorNamed } from '../../src/ingest/routing.js';

function rowsOf({ events, deadLetters }: Batch, table = 'Custom'): Record<string, unknown>[] {
  const all = deadLetters ? [...events, deadLetters] : events;
  return all
    .filter((rows) => rows.table === table)
    .flatMap(({ lines }) => Buffer.from(lines).toString().trim().split('\n'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const time = { name: 'Timestamp', type: 'datetime', from: ['ts', '@timestamp'] };

function catalogWith(declared: object) {
  return withCustomTable(builtinCatalog, parseCustomTable({ name: 'Custom', ...declared }));
}

function parse(declared: object, text: string, chunk = text.length): Batch {
  const catalog = catalogWith(declared);
  const parser = new StreamParser({
    tables: new EventTables(catalog),
    connector: findConnector('custom:custom', customConnectors(catalog)),
    maxRecordBytes: 10_000,
    keepFrom: null,
    origin: 'test',
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += Math.max(chunk, 1)) {
    parser.write(bytes.subarray(at, at + chunk));
  }
  parser.end();
  parser.proceed(Number.POSITIVE_INFINITY);
  return parser.take();
}

describe('a path', () => {
  const record = {
    a: { b: { c: 1 }, 'b.c': 2, list: [{ x: 7 }, 8] },
    'a.d': 3,
    'e.f': { g: 4 },
    n: null,
  };
  it.each<[string, unknown]>([
    ['a.b.c', 2],
    ['a.d', 3],
    ['e.f.g', 4],
    ['a.list.0.x', 7],
    ['a.list.1', 8],
    ['a.list.2', undefined],
    ['n', null],
    ['n.x', undefined],
    ['toString', undefined],
    ['constructor.name', undefined],
    ['__proto__', undefined],
    ['a..b', undefined],
    ['', undefined],
  ])('%s leads to %j', (path, value) => {
    expect(follow(record, fieldPath(path))?.value).toEqual(value);
  });

  it('leaves the rest, and no empty objects', () => {
    const paths = ['a.b.c', 'a.list.0.x', 'e.f.g', 'n'];
    const found = paths.flatMap((path) => follow(record, fieldPath(path))?.keys ?? []);
    expect(found).not.toHaveLength(0);
    const keys = paths.map((path) => follow(record, fieldPath(path))?.keys ?? []);
    expect(without(record, takenBy(keys))).toEqual({
      a: { b: { c: 1 }, list: [{ x: 7 }, 8] },
      'a.d': 3,
    });
  });
});

describe('CSV', () => {
  it.each<[string, string[] | undefined]>([
    ['a,b', ['a', 'b']],
    ['', ['']],
    [',', ['', '']],
    ['a,"b,c",d', ['a', 'b,c', 'd']],
    ['"a""b"', ['a"b']],
    ['"",""', ['', '']],
    ['"a",', ['a', '']],
    ['a"b,c', ['a"b', 'c']],
    ['"a"b', undefined],
    ['"a', undefined],
    ['"a\nb",c', ['a\nb', 'c']],
    ['x'.repeat(5), ['xxxxx']],
    [','.repeat(20_000), undefined],
  ])('%j', (text, fields) => {
    expect(csvFields(text, ',')).toEqual(fields);
  });

  const declared = {
    columns: [
      time,
      { name: 'Who', type: 'string', from: 'user' },
      { name: 'Count', type: 'long', from: 'n' },
      { name: 'Ok', type: 'bool', from: 'ok' },
      { name: 'AdditionalFields', type: 'dynamic' },
    ],
    csv: { delimiter: ';' },
  };
  const at = '2026-01-05T00:00:00.0000000Z';

  it.each([1, 3, 1000])('of a header and lines, in chunks of %d bytes', (chunk) => {
    const text = `user;ts;n;ok;other\r\n"a;b";${at};9007199254740993;true;x\nb;${at};;;\n"c\nd";${at};1;0;""\n`;
    const batch = parse(declared, text, chunk);
    expect(batch.rejected).toBe(0);
    expect(rowsOf(batch)).toMatchObject([
      { Who: 'a;b', Ok: true, AdditionalFields: '{"other":"x"}' },
      { Who: 'b' },
      { Who: 'c\nd', Count: 1, Ok: false },
    ]);
    expect(Buffer.from(batch.events[0]?.lines ?? []).toString()).toContain('9007199254740993');
  });

  it('without a header has its fields declared', () => {
    const csv = { fields: ['ts', 'user'], delimiter: '\t' };
    const batch = parse({ ...declared, csv }, `${at}\ta\n${at}\tb\n`);
    expect(rowsOf(batch)).toMatchObject([{ Who: 'a' }, { Who: 'b' }]);
  });

  it.each([1, 1000])(
    'with blank lines between records and in them, in chunks of %d bytes',
    (chunk) => {
      const batch = parse(declared, `user;ts\n\n"a\n\n b\n \n";${at}\n\n\nc;${at}\n\n`, chunk);
      expect(rowsOf(batch)).toMatchObject([{ Who: 'a\n\n b\n \n' }, { Who: 'c' }]);
      expect(batch.rejected).toBe(0);
    },
  );

  it('that is broken goes to the dead letters, line by line', () => {
    const text = `user;ts\na;${at};too;many\nb;never\n"x"y;${at}\nc;${at}\n"open;${at}\n`;
    const batch = parse(declared, text);
    expect(rowsOf(batch)).toMatchObject([{ Who: 'c' }]);
    expect(batch.reasons).toEqual({ 'record.shape': 3, 'time.invalid': 1 });
    expect(rowsOf(batch, deadLetterTable).map((row) => row['RawEvent'])).toContain(`"open;${at}`);
  });
});

describe('JSON', () => {
  it.each<[unknown, string, string]>([
    [1767571200, 's', '2026-01-05T00:00:00.0000000Z'],
    ['1767571200.5', 's', '2026-01-05T00:00:00.5000000Z'],
    [1767571200123, 'ms', '2026-01-05T00:00:00.1230000Z'],
    ['1767571200123456', 'us', '2026-01-05T00:00:00.1234560Z'],
    ['1767571200123456789', 'ns', '2026-01-05T00:00:00.1234567Z'],
    ['2026-01-05T00:00:00Z', 'ms', '2026-01-05T00:00:00.0000000Z'],
  ])('a time of %j counts %s', (ts, unix, text) => {
    const batch = parse({ columns: [{ ...time, unix }] }, JSON.stringify({ ts }));
    expect(rowsOf(batch)).toMatchObject([{ Timestamp: text }]);
  });

  it('takes the first path that has a value, and keeps the others', () => {
    const columns = [
      time,
      { name: 'Host', type: 'string', from: ['host.name', 'host', 'hostname'] },
      { name: 'AdditionalFields', type: 'dynamic' },
    ];
    const ts = '2026-01-05T00:00:00Z';
    const events = [
      { ts, host: { name: 'a' }, hostname: 'b' },
      { ts, host: 'c' },
      { ts, host: { name: '' }, hostname: 'd' },
    ];
    const text = events.map((event) => JSON.stringify(event)).join('\n');
    const rows = rowsOf(parse({ columns }, text));
    expect(rows.map(({ Host, AdditionalFields }) => [Host, AdditionalFields])).toEqual([
      ['a', '{"hostname":"b"}'],
      ['c', undefined],
      ['{"name":""}', '{"hostname":"d"}'],
    ]);
  });

  it('of other shapes is rejected', () => {
    const columns = [time];
    const batch = parse(
      { columns, csv: {} },
      '{"ts":"2026-01-05T00:00:00Z"}\n[1,"x",null]\ntext\n',
    );
    expect(rowsOf(batch)).toHaveLength(1);
    expect(batch.reasons).toEqual({ 'record.shape': 4 });
  });

  it('its identity does not depend on the columns of the day', () => {
    const text = JSON.stringify({ ts: '2026-01-05T00:00:00Z', a: 1 });
    const identities = [[time], [time, { name: 'a', type: 'long' }]].map(
      (columns) => parse({ columns }, text).events[0]?.identities[0],
    );
    expect(identities[0]).toBe(identities[1]);
  });
});

describe('detection', () => {
  const detect = { fields: ['sensor.id'], values: { 'event.module': ['fw', 'ips'] } };
  const catalog = catalogWith({ columns: [time], csv: {}, detect });
  const own = customConnectors(catalog);
  const record = (value: object) => ({ text: '', value: value as never });
  const lines = (...texts: string[]) => texts.map((text) => ({ text, value: undefined }));

  it.each<[string, ReturnType<Parameters<typeof detectConnector>[0]>, string | undefined]>([
    ['all hints', [record({ sensor: { id: 1 }, 'event.module': 'ips' })], 'custom:Custom'],
    ['another value', [record({ sensor: { id: 1 }, event: { module: 'x' } })], undefined],
    ['a field missing', [record({ event: { module: 'fw' } })], undefined],
    ['CSV', lines('sensor.id,event.module', '1,fw', '2,ips'), 'custom:Custom'],
    ['CSV of something else', lines('sensor.id,event.module', '1,x'), undefined],
  ])('%s', (_what, sample, name) => {
    const found = detectConnector(() => sample, own)?.name;
    expect(found === 'custom:Custom' ? found : undefined).toBe(name);
  });

  it('asks for no hints where a table has none', () => {
    const quiet = customConnectors(catalogWith({ columns: [time] }));
    expect(detectConnector(() => [record({ sensor: 1 })], quiet)).toBeUndefined();
  });
});

describe('the name of an index', () => {
  const own = customConnectors(catalogWith({ name: 'Zeek', columns: [time] }));
  const all = [...connectors, ...own];
  it.each<[string, string | undefined]>([
    ['zeek', 'custom:Zeek'],
    ['logs-zeek-default', 'custom:Zeek'],
    ['custom:zeek', 'custom:Zeek'],
    ['zeek-json-2026.01.05', 'zeek-json'],
    ['zeeks', undefined],
  ])('%s stands for %s', (name, connector) => {
    expect(connectorNamed(name, all)).toBe(connector);
  });
});
