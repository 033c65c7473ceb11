import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtinCatalog, columnsOf, findTable } from '../../src/catalog/catalog.js';
import { documentedTables } from '../../src/catalog/tables.js';

interface ReferenceTable {
  readonly name: string;
  readonly category: string;
  readonly timeColumn: string | null;
  readonly deviceScoped: boolean;
  readonly status: string;
  readonly replacedBy?: string;
  readonly columns: readonly { name: string; type: string; jsonText?: boolean }[];
  readonly observed?: readonly { column: string }[];
}

interface LegacyRow {
  readonly legacy: string;
  readonly current: string | null;
  readonly legacyType: string;
}

interface LegacyReference {
  readonly tables: readonly { legacy: string; current: readonly string[] }[];
  readonly generalColumns: readonly { legacy: string; current: string | null }[];
  readonly columnsByTable: Readonly<Record<string, readonly LegacyRow[]>>;
  readonly laterChanges: readonly {
    kind: string;
    table: string | null;
    from: string | null;
    to: string | null;
  }[];
}

interface ActionTypeReference {
  readonly tables: Readonly<Record<string, readonly { value: string }[]>>;
}

/** A folder with `schema/`: the facts that the catalog was made from, kept outside the repository. */
const { QUARRY_SHARED: reference } = process.env;

function read<T>(file: string): T {
  // The folder is the tester's own; a file of another shape fails the comparisons.
  return JSON.parse(readFileSync(join(reference ?? '', 'schema', file), 'utf8')) as T;
}

function namesOf(tableName: string): readonly string[] {
  const table = findTable(builtinCatalog, tableName);
  return table ? [...columnsOf(builtinCatalog, table).keys()] : [];
}

describe.skipIf(reference === undefined)(
  'against the reference in QUARRY_SHARED (skipped when it is not set)',
  () => {
    test('tables and columns have the documented order, names and types', () => {
      const { tables } = read<{ tables: readonly ReferenceTable[] }>('tables.json');
      const expected = tables.map((table) => ({
        name: table.name,
        category: table.category,
        timeColumn: table.timeColumn,
        deviceScoped: table.deviceScoped,
        replacedBy: table.status === 'deprecated' ? table.replacedBy : undefined,
        columns: table.columns.map(({ name, type, jsonText }) => [name, type, jsonText]),
      }));
      const actual = documentedTables.map((table) => ({
        name: table.name,
        category: table.category,
        timeColumn: table.timeColumn,
        deviceScoped: table.deviceScoped,
        replacedBy: table.deprecated?.replacedBy,
        columns: table.columns.map(({ name, type, jsonText }) => [name, type, jsonText]),
      }));
      expect(actual).toEqual(expected);
    });

    test('every column that published data show can be queried', () => {
      const { tables } = read<{ tables: readonly ReferenceTable[] }>('tables.json');
      for (const { name, observed = [] } of tables) {
        expect(namesOf(name)).toEqual(expect.arrayContaining(observed.map((o) => o.column)));
      }
    });

    test('action types are the known ones', () => {
      const { tables } = read<ActionTypeReference>('action-types.json');
      const expected = Object.entries(tables).map(([name, values]) => [
        name,
        values.map(({ value }) => value),
      ]);
      const actual = documentedTables.flatMap(({ name, actionTypes }) =>
        actionTypes ? [[name, actionTypes]] : [],
      );
      expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
    });

    test('legacy tables have the columns of their time, with the types of their time', () => {
      const { columnsByTable } = read<LegacyReference>('legacy.json');
      expect(Object.keys(columnsByTable)).toHaveLength(builtinCatalog.legacyTables.length);
      for (const { name, table, columns } of builtinCatalog.legacyTables) {
        const expected = columnsByTable[name]?.map((row) => [
          row.legacy,
          row.legacyType,
          table === undefined ? null : row.current,
        ]);
        expect([name, columns.map((c) => [c.name, c.type, c.from])]).toEqual([name, expected]);
      }
    });

    test('every renamed table and every renamed column has its old name still', () => {
      const { tables, laterChanges } = read<LegacyReference>('legacy.json');
      const legacy = new Set(builtinCatalog.legacyTables.map(({ name }) => name));
      for (const { legacy: name } of tables) {
        expect([name, findTable(builtinCatalog, name) !== undefined || legacy.has(name)]).toEqual([
          name,
          true,
        ]);
      }
      for (const { kind, table, from } of laterChanges) {
        if (kind === 'column' && table !== null && from !== null) {
          expect(namesOf(table)).toContain(from);
        }
      }
    });

    test('general renames hold on every table that has the current name', () => {
      const { generalColumns } = read<LegacyReference>('legacy.json');
      for (const { name, columns } of documentedTables) {
        const stored = new Set(columns.map((column) => column.name));
        const expected = generalColumns.filter(({ current }) => current && stored.has(current));
        expect(namesOf(name)).toEqual(expect.arrayContaining(expected.map((row) => row.legacy)));
      }
    });
  },
);
