import { expect, test } from 'vitest';
import { builtinCatalog } from '../src/catalog/catalog.js';
import { tenantCatalog } from '../src/catalog/custom-table.js';
import type { Catalog } from '../src/catalog/types.js';
import { explain } from '../src/compile.js';
import type { Scope } from '../src/plan/scope.js';
import { compileNow } from './compile-here.js';

const scope: Scope = {
  database: 'tenant_t',
  now: new Date('2026-02-03T04:05:06.789Z'),
  from: null,
  to: null,
  deviceGroups: null,
};

function sqlAt(text: string, now: string, more: Partial<Scope> = {}): string {
  return sqlOf(text, builtinCatalog, { ...scope, now: new Date(now), ...more });
}

function sqlOf(text: string, catalog: Catalog, of: Scope): string {
  const query = compileNow(text, catalog, of);
  if (query.kind !== 'query') throw new Error('a query was expected');
  return query.sql;
}

test('an explanation shows the SQL that is run', () => {
  const text = 'DeviceEvents | where Timestamp > ago(1d) | extend age = now() - Timestamp';
  expect(explain(text, builtinCatalog, scope).sql).toBe(sqlOf(text, builtinCatalog, scope));
});

test('unions of unions with themselves are bound in time that grows with the text', () => {
  const steps = Array.from({ length: 40 }, (_, n) => `let t${n + 1} = union t${n}, t${n};`);
  const text = `let t0 = range x from 1 to 10 step 1; ${steps.join(' ')} t40 | take 1`;
  expect(sqlAt(text, '2026-02-03T04:05:06.789Z').length).toBeLessThan(20_000);
}, 10_000);

test('constants that need each other are written in time that grows with the text', () => {
  const steps = Array.from(
    { length: 13 },
    (_, n) => `let a${n + 1} = replace_regex("x${n}", a${n}, a${n});`,
  );
  const text = `let a0 = tolower("X"); ${steps.join(' ')} print a13`;
  const probes = new Map<string, Record<string, unknown>[]>();
  const started = performance.now();
  for (;;) {
    const query = compileNow(text, builtinCatalog, scope, { probes });
    if (query.kind !== 'probe') break;
    probes.set(query.key, [{ value: 'x' }]);
  }
  expect(probes.size).toBe(13);
  expect(performance.now() - started).toBeLessThan(3_000);
});

test.each([
  'make-series c = count() on Timestamp from ago(1d) to now() step 1d / 24',
  'where DeviceName matches regex tolower("A")',
])('what is read is explained where a constant is computed: %s', (text) => {
  const { reads } = explain(`DeviceEvents | ${text}`, builtinCatalog, scope);
  expect(reads.map(({ table }) => table)).toEqual(['DeviceEvents']);
});

test.each<[string, (name: string) => string, string]>([
  ['called', (name) => `let ${name} = () {`, 'f39()'],
  ['without parentheses', (name) => `let ${name} = () {`, 'f39'],
  ['views', (name) => `let ${name} = view () {`, 'f39'],
  ['behind a comment', (name) => `let ${name} = // ;\n () {`, 'f39()'],
  ['of names with a semicolon', (name) => `let ['${name};'] = () {`, "['f39;']()"],
  [
    'of names that are used again',
    (name) =>
      `let g${name} = () { let ${name} = () { range x from 1 to 10 step 1 }; ${name}() }; let ${name} = () {`,
    'f39()',
  ],
])(
  'functions that call each other so often that they cannot be written out are refused: %s',
  (_, start, call) => {
    const called = (n: number) => call.replace('39', String(n));
    const steps = Array.from(
      { length: 40 },
      (_, n) => `${start(`f${n + 1}`)} ${called(n)} | join ${called(n)} on x };`,
    );
    const text = `${start('f0')} range x from 1 to 10 step 1 }; ${steps.join(' ')} ${called(40)} | take 1`;
    expect(() => sqlAt(text, '2026-02-03T04:05:06.789Z')).toThrow(
      'Calling functions that call functions so often is not supported',
    );
  },
  10_000,
);

test('what is kept goes by the clock, whatever moment a hunt takes for the present', () => {
  const catalog = tenantCatalog(builtinCatalog, [], new Map([['DeviceEvents', 7]]));
  const earliest = (more: Partial<Scope>) =>
    explain('DeviceEvents', catalog, { ...scope, ...more }).reads.map(({ from }) => from);
  const now = new Date('2020-01-01T00:00:00Z');
  expect(earliest({})).toEqual([new Date('2026-01-27T04:05:06.789Z')]);
  expect(earliest({ now, clock: scope.now })).toEqual(earliest({}));
});

test.each([
  ['😀', 'Unexpected: 😀', 0, 2],
  ['print 1 😀', 'Unexpected: 😀', 8, 2],
  ['\ud800', 'Unexpected: \ufffd', 0, 1],
])('a character that has no place is named whole: %s', (query, message, start, length) => {
  const scope = { database: 'x', now: new Date(0), from: null, to: null, deviceGroups: null };
  expect(() => compileNow(query, builtinCatalog, scope)).toThrow(
    expect.objectContaining({
      parameters: expect.objectContaining({ message }),
      span: { start, length },
    }),
  );
});
