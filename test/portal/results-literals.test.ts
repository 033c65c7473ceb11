import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KustoType, ResultColumn } from '../../portal/src/results/model.js';
import { entityOf } from '../../portal/src/results/pivot/entities.js';
import {
  deviceAroundQuery,
  pivotQuery,
  processTreeQuery,
} from '../../portal/src/results/pivot/queries.js';
import { decodings } from '../../portal/src/results/values/decode.js';
import { plainText } from '../../portal/src/results/values/display.js';
import { columnReference, datatable, kqlLiteral } from '../../portal/src/results/values/literal.js';
import {
  betweenLine,
  type Comparison,
  extendLine,
  whereLine,
} from '../../portal/src/results/values/predicate.js';
import { type Harness, startHarness } from '../kql/harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness({ tables: true });
});
afterAll(() => kql.close());

const values: readonly (readonly [KustoType, unknown])[] = [
  ['string', 'cmd.exe'],
  ['string', 'C:\\Windows\\System32\\"quoted" path\\'],
  ['string', `it's "both"`],
  ['string', 'two\nlines\tand\r a tab'],
  ['string', '" | take 1 //'],
  ['string', '\\'],
  ['string', '@"verbatim"'],
  ['string', 'null\u0000 escape\u001b del\u007f line\u2028end'],
  ['string', 'hidden\u200b, reordered \u202ecod.exe'],
  ['string', 'emoji \u{1f600} and ünïcode'],
  ['string', ''],
  ['long', 42],
  ['long', -5],
  ['long', '9223372036854775807'],
  ['long', '-9007199254740993'],
  ['int', -7],
  ['real', 1.5],
  ['real', 3],
  ['real', -1e-7],
  ['bool', true],
  ['bool', false],
  ['datetime', '2026-01-02T03:04:05.1234567Z'],
  ['timespan', '1.02:03:04.1234567'],
  ['guid', '6f9619ff-8b86-d011-b42d-00cf4fc964ff'],
  ['dynamic', { a: [1, 'x"y\\z'], b: { c: null } }],
  ['decimal', '12345678901234567890.123'],
];

describe('a literal that is not the value it was made of', () => {
  for (const [type, value] of values) {
    test(`${type} ${JSON.stringify(value)}`, async () => {
      const literal = kqlLiteral(value, type);
      const [row] = await kql.rows(`print T = gettype(${literal}), V = tostring(${literal})`);
      const expected = type === 'bool' ? String(value) : plainText(value);
      const same = type === 'dynamic' ? JSON.parse(String(row?.['V'])) : row?.['V'];
      const wanted = type === 'dynamic' ? value : expected;
      if (type === 'real') expect(Number(same)).toBe(value);
      else if (type === 'decimal') expect(Number(same)).toBeCloseTo(Number(value));
      else if (type === 'bool') expect(String(same).toLowerCase()).toBe(wanted);
      else expect(same).toEqual(wanted);
      if (type !== 'dynamic') expect(row?.['T']).toBe(type);
    });
  }

  test('null of every type', async () => {
    for (const type of new Set(values.map(([name]) => name))) {
      if (type === 'string') continue;
      const [row] = await kql.values(`print tostring(isnull(${kqlLiteral(null, type)}))`);
      expect([type, row]).toEqual([type, ['true']]);
    }
  });
});

const columns: readonly ResultColumn[] = [
  { name: 'Name', type: 'string' },
  { name: 'where', type: 'string' },
  { name: "it's odd", type: 'long' },
  { name: 'At', type: 'datetime' },
  { name: 'More', type: 'dynamic' },
];
const rows = [
  ['a"b', 'x', 1, '2026-01-02T03:04:05.0000001Z', { k: 'v' }],
  ['', 'y', null, null, null],
  ['C:\\x', 'z', -3, '2026-01-02T03:04:06.0000000Z', [1, 2]],
];

test('a selection as datatable has other rows than the selection', async () => {
  const found = await kql.rows(`${datatable(columns, rows)}\n| order by ['where'] asc`);
  expect(found).toHaveLength(3);
  expect(found.map((row) => row['Name'])).toEqual(['a"b', '', 'C:\\x']);
  expect(found.map((row) => row["it's odd"])).toEqual([1, null, -3]);
  expect(found[0]?.['At']).toBe('2026-01-02T03:04:05.0000001Z');
  expect(found.map((row) => row['At'])[1]).toBeNull();
});

/** The column, the comparison, the values, and which of the three rows are left (by `where`). */
const filters: readonly (readonly [string, Comparison, readonly unknown[], string])[] = [
  ['Name', '==', ['a"b'], 'x'],
  ['Name', '!=', ['a"b'], 'yz'],
  ['Name', '==', [''], 'y'],
  ['Name', '!=', [''], 'xz'],
  ['Name', 'in', ['a"b', 'C:\\x'], 'xz'],
  ['Name', 'in', ['a"b', ''], 'xy'],
  ['Name', '!in', ['a"b', ''], 'z'],
  ['Name', 'has', ['b'], 'x'],
  ["it's odd", '==', [1], 'x'],
  ["it's odd", '==', [null], 'y'],
  ["it's odd", '!=', [null], 'xz'],
  ["it's odd", 'in', [1, -3], 'xz'],
  ['At', '==', ['2026-01-02T03:04:05.0000001Z'], 'x'],
  ['More', '==', [{ k: 'v' }], 'x'],
];

describe('a filter from a cell that keeps other rows', () => {
  for (const [name, comparison, list, left] of filters) {
    test(`${name} ${comparison} ${JSON.stringify(list)}`, async () => {
      const column = columns.find((one) => one.name === name);
      if (column === undefined) throw new Error(name);
      const query = [datatable(columns, rows), whereLine(column, comparison, list)];
      const found = await kql.rows(`${query.join('\n')}\n| order by ['where'] asc`);
      expect(found.map((row) => row['where']).join('')).toBe(left);
    });
  }

  test('between two moments, and a field as a column', async () => {
    const at = { name: 'At', type: 'datetime' } as const;
    const line = betweenLine(at, '2026-01-02T03:04:05.0000001Z', '2026-01-02T03:04:05.9Z');
    const extended = extendLine({ name: 'More', type: 'dynamic' }, ['k']);
    const found = await kql.rows(`${datatable(columns, rows)}\n${line}\n${extended}`);
    expect(found.map((row) => row['k'])).toEqual(['v']);
  });
});

test('names that are no identifiers are written so that the parser reads them', async () => {
  for (const name of ['a b', "it's", 'where', '1st', 'x-y', 'back\\slash', 'Timestamp']) {
    const reference = columnReference(name);
    const [row] = await kql.rows(`print ${reference} = 1 | project ${reference}`);
    expect(Object.keys(row ?? {})).toEqual([name]);
  }
});

describe('a query about a record that does not run', () => {
  const record: readonly (readonly [string, KustoType, unknown])[] = [
    ['Timestamp', 'datetime', '2026-01-02T03:04:05.1234567Z'],
    ['DeviceId', 'string', 'd"1'],
    ['DeviceName', 'string', 'ws-1.contoso.example'],
    ['FileName', 'string', 'cmd.exe'],
    ['SHA1', 'string', 'abc'],
    ['AccountName', 'string', 'asha'],
    ['AccountUpn', 'string', 'asha@contoso.example'],
    ['AccountSid', 'string', 'S-1-5-18'],
    ['InitiatingProcessAccountObjectId', 'string', 'id'],
    ['RemoteIP', 'string', '203.0.113.7'],
    ['RemoteUrl', 'string', 'contoso.example'],
    ['InitiatingProcessMD5', 'string', 'def'],
    ['ProcessId', 'long', 77],
    ['InitiatingProcessId', 'long', 5],
  ];
  const context = {
    columns: record.map(([name, type]) => ({ name, type })),
    row: record.map(([, , value]) => value),
  };

  for (const [name, type, value] of record) {
    const entity = entityOf({ name, type }, value);
    if (entity === undefined) continue;
    test(`everything about ${name}, a ${entity.kind}`, async () => {
      expect(await kql.rows(pivotQuery(entity, context).kql)).toEqual([]);
    });
  }

  test('what the device did around it, and its processes', async () => {
    const queries = [deviceAroundQuery(context), processTreeQuery(context)];
    for (const query of queries) expect(await kql.rows(query?.kql ?? 'none')).toEqual([]);
    const without = { columns: context.columns.slice(3), row: context.row.slice(3) };
    expect(deviceAroundQuery(without)).toBeUndefined();
    expect(processTreeQuery(without)).toBeUndefined();
  });
});

const encoded: readonly (readonly [string, string[]])[] = [
  ['powershell -enc dwBoAG8AYQBtAGkAIAAvAGEAbABsAA==', ['whoami /all']],
  ['aGVsbG8gd29ybGQsIGhlbGxv', ['hello world, hello']],
  ['https://x.example/?q=a%20b%2Fc', ['https://x.example/?q=a b/c']],
  ['0123456789abcdef0123456789abcdef01234567', []],
  ['C:\\Windows\\System32\\cmd.exe', []],
  ['%zz is no code', []],
];

describe('encoded text that is not found, or found where there is none', () => {
  for (const [text, found] of encoded) {
    test(text, () => expect(decodings(text).map((one) => one.text)).toEqual(found));
  }
});
