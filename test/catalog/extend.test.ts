import { describe, expect, test } from 'vitest';
import {
  builtinCatalog,
  columnsOf,
  findLegacyTable,
  findTable,
} from '../../src/catalog/catalog.js';
import { extendCatalog } from '../../src/catalog/extend.js';
import type { Catalog } from '../../src/catalog/types.js';
import { HuntError } from '../../src/errors.js';

function namesOf(catalog: Catalog, name: string): readonly string[] {
  const table = findTable(catalog, name) ?? findLegacyTable(catalog, name);
  return table ? [...columnsOf(catalog, table).keys()] : [];
}

const badge = {
  name: 'BadgeReads_CL',
  summary: 'Doors opened with a badge.',
  columns: [
    { name: 'TimeGenerated', type: 'datetime' },
    { name: 'DeviceId', type: 'string', summary: 'The reader' },
    { name: 'Door', type: 'string' },
    { name: 'Details', type: 'string', jsonText: true },
  ],
};

describe('a declared table', () => {
  const catalog = extendCatalog(builtinCatalog, { tables: [badge] });

  test('comes after the others and has what all tables have', () => {
    const table = catalog.tables.at(-1);
    expect(table).toMatchObject({
      name: 'BadgeReads_CL',
      category: 'Custom',
      timeColumn: 'TimeGenerated',
      deviceScoped: true,
    });
    expect(namesOf(catalog, 'BadgeReads_CL')).toEqual(
      expect.arrayContaining(['Door', 'MachineGroup', 'Timestamp', 'MachineId', 'Type']),
    );
  });

  test('leaves the catalog it extends as it was, under another version', () => {
    expect(findTable(builtinCatalog, 'BadgeReads_CL')).toBeUndefined();
    expect(catalog.version).not.toBe(builtinCatalog.version);
    expect(extendCatalog(builtinCatalog, { tables: [badge] }).version).toBe(catalog.version);
  });

  test('can be one without time', () => {
    const tables = [{ ...badge, timeColumn: null }];
    expect(extendCatalog(builtinCatalog, { tables }).tables.at(-1)?.timeColumn).toBeNull();
  });
});

test('a declared column is the last of its table, and a name of the legacy table over it', () => {
  const columns = { DeviceProcessEvents: [{ name: 'AssetOwner', type: 'string' }] };
  const catalog = extendCatalog(builtinCatalog, { columns });
  expect(findTable(catalog, 'DeviceProcessEvents')?.columns.at(-1)?.name).toBe('AssetOwner');
  expect(namesOf(catalog, 'ProcessCreationEvents')).toContain('AssetOwner');
  expect(namesOf(builtinCatalog, 'ProcessCreationEvents')).not.toContain('AssetOwner');
});

test('nothing declared changes nothing', () => {
  expect(extendCatalog(builtinCatalog, {}).version).toBe(builtinCatalog.version);
});

const table = (change: object) => ({ tables: [{ ...badge, ...change }] });
const columns = (...names: string[]) => ({
  columns: names.map((name) => ({ name, type: 'string' })),
});

test.each([
  ['is no object', null, /expected object/],
  ['has an unknown key', { table: [badge] }, /table/],
  ['names a table of the schema', table({ name: 'DeviceEvents' }), /clashes with DeviceEvents/],
  ['names it in another case', table({ name: 'deviceevents' }), /clashes with DeviceEvents/],
  ['names a legacy table', table({ name: 'MiscEvents' }), /clashes with MiscEvents/],
  ['names an alias', table({ name: 'AccountInfo' }), /clashes with AccountInfo/],
  ['names a table twice', { tables: [badge, badge] }, /clashes with BadgeReads_CL/],
  ['has a name that needs quotes', table({ name: 'Badge reads' }), /tables\.0\.name/],
  ['has a name with SQL in it', table({ name: 'a`; DROP' }), /tables\.0\.name/],
  ['has a name that starts with _', table({ name: '_Badges' }), /starts with a letter/],
  ['has an endless name', table({ name: 'A'.repeat(129) }), /at most 128/],
  ['has no columns', table({ columns: [] }), /tables\.0\.columns/],
  ['has a column twice', table(columns('Door', 'Door')), /clashes with Door/],
  ['has two that differ in case', table(columns('Door', 'door')), /clashes with Door/],
  ['takes a system column', table(columns('_seq')), /clashes with _seq/],
  ['has an unknown type', table({ columns: [{ name: 'A', type: 'float' }] }), /columns\.0\.type/],
  [
    'has a number of JSON',
    table({ columns: [{ name: 'A', type: 'int', jsonText: true }] }),
    /A is int/,
  ],
  ['goes by a column it lacks', table({ timeColumn: 'EventTime' }), /EventTime of BadgeReads_CL/],
  ['goes by a text', table({ timeColumn: 'Door' }), /Door of BadgeReads_CL/],
  [
    'adds columns to no table',
    { columns: { Nothing: [{ name: 'A', type: 'int' }] } },
    /no table Nothing/,
  ],
  [
    'adds columns to a legacy table',
    { columns: { MiscEvents: [{ name: 'A', type: 'int' }] } },
    /no table MiscEvents/,
  ],
  [
    'adds a column that is hidden there',
    { columns: { DeviceEvents: [{ name: 'MachineGroup', type: 'string' }] } },
    /clashes with MachineGroup/,
  ],
  [
    'adds a column that is an alias there',
    { columns: { DeviceEvents: [{ name: 'TimeGenerated', type: 'datetime' }] } },
    /clashes with TimeGenerated/,
  ],
  [
    'has more columns than the engine takes',
    table(columns(...Array.from({ length: 1001 }, (_, index) => `C${index}`))),
    /tables\.0\.columns/,
  ],
])('a declaration is refused when it %s', (_, declared, message) => {
  const extend = () => extendCatalog(builtinCatalog, declared);
  expect(extend).toThrow(message);
  expect(extend).toThrow(HuntError);
});
