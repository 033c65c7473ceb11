import { describe, expect, test } from 'vitest';
import { builtinCatalog, columnsOf, findTable } from '../../src/catalog/catalog.js';
import {
  parseCustomTable,
  tenantCatalog,
  withCustomTable,
} from '../../src/catalog/custom-table.js';
import type { Catalog } from '../../src/catalog/types.js';
import { HuntError } from '../../src/errors.js';

const badge = {
  name: 'BadgeReads',
  description: 'Doors opened with a badge.',
  columns: [
    { name: 'TimeGenerated', type: 'datetime' },
    { name: 'DeviceId', type: 'string', description: 'The reader' },
    { name: 'Door', type: 'string' },
  ],
};

function declare(change: object, catalog: Catalog = builtinCatalog): Catalog {
  return withCustomTable(catalog, parseCustomTable({ ...badge, ...change }));
}

describe('a declared table', () => {
  const catalog = declare({});

  test('comes after the others and has what all tables have', () => {
    const table = catalog.tables.at(-1);
    expect(table).toMatchObject({
      name: 'BadgeReads',
      category: 'Custom',
      summary: 'Doors opened with a badge.',
      timeColumn: 'TimeGenerated',
      deviceScoped: true,
    });
    const names = table ? [...columnsOf(catalog, table).keys()] : [];
    expect(names).toEqual(
      expect.arrayContaining(['Door', 'MachineGroup', 'Timestamp', 'MachineId', 'Type']),
    );
  });

  test('leaves the catalog it extends as it was, under another version', () => {
    expect(findTable(builtinCatalog, 'BadgeReads')).toBeUndefined();
    expect(catalog.version).not.toBe(builtinCatalog.version);
    expect(declare({}).version).toBe(catalog.version);
  });

  test('can be one without time', () => {
    const columns = [{ name: 'Door', type: 'string' }];
    expect(declare({ columns }).tables.at(-1)).toMatchObject({
      timeColumn: null,
      deviceScoped: false,
    });
  });

  test('is passed over where a later version has one of its name', () => {
    const declared = [
      parseCustomTable({ ...badge, name: 'deviceEvents' }),
      parseCustomTable(badge),
    ];
    const { tables } = tenantCatalog(builtinCatalog, declared, new Map());
    expect(tables.map(({ name }) => name)).toEqual([
      ...builtinCatalog.tables.map(({ name }) => name),
      'BadgeReads',
    ]);
  });
});

const columns = (...names: string[]) => ({
  columns: names.map((name) => ({ name, type: 'string' })),
});

test.each<[string, object, RegExp]>([
  ['has an unknown key', { table: [] }, /table/],
  ['names a table of the schema', { name: 'DeviceEvents' }, /clashes with DeviceEvents/],
  ['names it in another case', { name: 'deviceevents' }, /clashes with DeviceEvents/],
  ['names a legacy table', { name: 'MiscEvents' }, /clashes with MiscEvents/],
  ['names an alias', { name: 'AccountInfo' }, /clashes with AccountInfo/],
  ["takes a name of Quarry's own", { name: 'QuarryTables' }, /Quarry's own/],
  ['takes the name of a function', { name: 'fileprofile' }, /Quarry's own/],
  ['has a name that needs quotes', { name: 'Badge reads' }, /letters, digits and _/],
  ['has a name with SQL in it', { name: 'a`; DROP' }, /letters, digits and _/],
  ['has a name that starts with _', { name: '_Badges' }, /letters, digits and _/],
  ['has an endless name', { name: 'A'.repeat(101) }, /at most 100/],
  ['has no columns', { columns: [] }, /columns/],
  ['has a column twice', columns('Door', 'Door'), /clashes with Door/],
  ['has two that differ in case', columns('Door', 'door'), /clashes with Door/],
  ['takes a system column', columns('_seq'), /letters, digits and _/],
  ['has an unknown type', { columns: [{ name: 'A', type: 'float' }] }, /columns\.0\.type/],
  ['goes by a column it lacks', { timeColumn: 'EventTime' }, /EventTime of BadgeReads/],
  ['goes by a text', { timeColumn: 'Door' }, /Door of BadgeReads/],
  [
    'has more columns than the engine takes',
    columns(...Array.from({ length: 501 }, (_, index) => `C${index}`)),
    /columns/,
  ],
])('a declaration is refused when it %s', (_, change, message) => {
  expect(() => declare(change)).toThrow(message);
  expect(() => declare(change)).toThrow(HuntError);
});

test('a declaration is refused when another table has its name', () => {
  expect(() => declare({ name: 'badgereads' }, declare({}))).toThrow(/clashes with BadgeReads/);
});
