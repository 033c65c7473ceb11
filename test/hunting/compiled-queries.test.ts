import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { tenantCatalog } from '../../src/catalog/custom-table.js';
import { type CompileOptions, compile } from '../../src/compile.js';
import { CompiledQueries } from '../../src/hunting/compiled-queries.js';
import type { Scope } from '../../src/plan/scope.js';
import { compileNow } from '../compile-here.js';

const scope: Scope = {
  database: 'tenant_t',
  now: new Date('2026-02-03T04:05:06.789Z'),
  from: null,
  to: null,
  deviceGroups: null,
};
const moments = [
  '2026-02-03T04:05:06.789Z',
  '2026-05-06T07:08:09.012Z',
  '1969-01-02T03:04:05Z',
].map((now) => new Date(now));

/** Asks for each in turn, and tells how often it was compiled. */
async function timesCompiled(
  asked: readonly { text: string; scope?: Partial<Scope>; options?: CompileOptions }[],
  catalog = builtinCatalog,
): Promise<number> {
  const queries = new CompiledQueries();
  let times = 0;
  for (const { text, scope: more, options } of asked) {
    const query = [text, catalog, { ...scope, ...more }, options] as const;
    const answer = await queries.get([...query], () => {
      times += 1;
      return compile(...query);
    });
    expect(answer).toEqual(compileNow(...query));
    if (answer.kind !== 'external') expect(answer.sql).not.toContain('moment_');
  }
  return times;
}

describe('the same text at another moment', () => {
  it.each([
    ['ago', 'DeviceEvents | where Timestamp > ago(7d)'],
    ['now and back', 'DeviceEvents | where Timestamp > now(-1d) - 2d'],
    ['let', 'let since = ago(1d); DeviceEvents | where Timestamp between (since .. now())'],
    ['text of a moment', "print strcat('x', now())"],
    ['no moment', 'DeviceEvents | take 3 | render table'],
  ])('is compiled once, and has its own moment: %s', async (_name, text) => {
    expect(await timesCompiled(moments.map((now) => ({ text, scope: { now } })))).toBe(1);
  });

  it.each([
    ['now among the values of a row', 'DeviceEvents | extend d = now() - Timestamp'],
    ['start of a day', 'print startofday(now())'],
    ['a time of day', 'print datetime(8:05)'],
    ['what has to be asked first', 'print b = dynamic({"a": 1}) | evaluate bag_unpack(b)'],
    ['long texts, whatever becomes of them', `// ${'-'.repeat(100_000)}\nprint 1`],
    ['files', 'externaldata(a: string) ["https://example.com/a.csv"] with (format="csv")'],
  ])('is compiled for each where it is not kept: %s', async (_name, text) => {
    expect(await timesCompiled(moments.map((now) => ({ text, scope: { now } })))).toBe(3);
  });
});

describe('the same text of another caller', () => {
  const callers = ['aaduser=1;t', 'aadapp=2;t'].map((principal) => ({ principal }));
  it.each([
    ['who does not matter to it', 'DeviceEvents | take 3', 1],
    ['who does', 'print current_principal()', 2],
    ['who does in a column that nobody reads', 'print a = current_principal() | project b = 1', 2],
  ])('%s', async (_name, text, times) => {
    expect(await timesCompiled(callers.map((one) => ({ text, scope: one })))).toBe(times);
  });
});

describe('is compiled for each', () => {
  const text =
    'declare query_parameters(name: string = "a"); DeviceEvents | where FileName == name';

  it.each<[string, Partial<Scope>, CompileOptions?]>([
    ['device groups', { deviceGroups: ['A'] }],
    ['rules of devices', { deviceRules: [[{ property: 'tag', operator: 'equals', value: 'a' }]] }],
    ['tenant', { database: 'tenant_u' }],
    ['name of the database', { databaseNames: ['u'] }],
    ['time span', { from: new Date('2026-01-01T00:00:00Z') }],
    ['set of tables without rows', { emptyTables: ['DeviceEvents'] }],
    ['parameter', {}, { parameters: { name: 'b' } }],
    ['encoding', {}, { encoding: 'graph' }],
    ['table of the answer', {}, { table: 0 }],
  ])('%s', async (_what, more, options) => {
    const other = { text, scope: more, ...(options && { options }) };
    expect(await timesCompiled([{ text }, other, { text }, other])).toBe(2);
  });

  it('clock that what is kept goes by', async () => {
    const catalog = tenantCatalog(builtinCatalog, [], new Map([['DeviceEvents', 7]]));
    const clocks = [scope.now, new Date('2026-02-13T04:05:06Z'), scope.now];
    const now = new Date('2020-01-01T00:00:00Z');
    const asked = clocks.map((clock) => ({ text: 'DeviceEvents | count', scope: { now, clock } }));
    expect(await timesCompiled(asked, catalog)).toBe(3);
  });
});

it('a text is compiled again where it failed', async () => {
  const queries = new CompiledQueries();
  const query: Parameters<typeof compile> = ['print 1', builtinCatalog, scope];
  const failing = queries.get(query, () => Promise.reject(new Error('no thread')));
  await expect(failing).rejects.toThrow('no thread');
  expect(await queries.get(query, () => compile(...query))).toEqual(compileNow(...query));
});
