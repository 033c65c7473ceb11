import { createHash } from 'node:crypto';
import { withCommonColumns } from './common-columns.js';
import { huntingFunctions } from './functions.js';
import { legacyTables } from './legacy.js';
import { quarryAuditLogs } from './tables/quarry-audit-logs.js';
import { quarryIngestErrors } from './tables/quarry-ingest-errors.js';
import { documentedTables } from './tables.js';
import type {
  Catalog,
  Column,
  ComputedColumn,
  ComputedValue,
  LegacyColumn,
  LegacyTable,
  ScalarType,
  StoredFunction,
  Table,
} from './types.js';

/** The catalog of these tables; its version is a hash of them. */
export function catalogOf(
  tables: readonly Table[],
  legacyTables: readonly LegacyTable[],
  functions: readonly StoredFunction[] = huntingFunctions,
): Catalog {
  const content = JSON.stringify([tables, legacyTables, functions]);
  const version = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { version, tables, legacyTables, functions };
}

/** Quarry's own table of who did what, for the catalogs of those who may read it. */
export const auditTable: Table = withCommonColumns(quarryAuditLogs);

/** What every tenant starts with: the advanced hunting schema, its earlier generations, Quarry's own tables. */
export const builtinCatalog: Catalog = catalogOf(
  [...documentedTables, quarryIngestErrors].map(withCommonColumns),
  legacyTables,
  huntingFunctions,
);

interface CatalogIndex {
  readonly stored: ReadonlyMap<string, Table>;
  readonly legacy: ReadonlyMap<string, LegacyTable>;
  readonly columns: Map<Table | LegacyTable, ReadonlyMap<string, ResolvedColumn>>;
}

const indexes = new WeakMap<Catalog, CatalogIndex>();

function indexOf(catalog: Catalog): CatalogIndex {
  const known = indexes.get(catalog);
  if (known) {
    return known;
  }
  const names = catalog.tables.flatMap((table) =>
    [table.name, ...(table.aliases ?? [])].map((name) => [name, table] as const),
  );
  const index: CatalogIndex = {
    stored: new Map(names),
    legacy: new Map(catalog.legacyTables.map((table) => [table.name, table])),
    columns: new Map(),
  };
  indexes.set(catalog, index);
  return index;
}

/** The stored table of that name, or with that alias. Case matters, as it does in KQL. */
export function findTable(catalog: Catalog, name: string): Table | undefined {
  return indexOf(catalog).stored.get(name);
}

/** The earlier generation's table of that name. */
export function findLegacyTable(catalog: Catalog, name: string): LegacyTable | undefined {
  return indexOf(catalog).legacy.get(name);
}

/** Where a column's values come from. */
export type ColumnSource =
  /** A stored column of that type, converted where the column's own type differs. */
  | {
      readonly kind: 'stored';
      readonly column: string;
      readonly type: ScalarType;
      /** Read where that one is empty. */
      readonly otherwise?: ColumnSource;
    }
  | { readonly kind: 'computed'; readonly value: ComputedValue }
  /** Always the type's empty value: '' or null. */
  | { readonly kind: 'empty' }
  /** Made by the legacy table's definition under the same name. */
  | { readonly kind: 'definition' };

/** A column as a query sees it. */
export interface ResolvedColumn {
  readonly name: string;
  readonly type: ScalarType;
  readonly summary?: string;
  /** Part of `*`, or only there when the query names it. */
  readonly visible: boolean;
  readonly source: ColumnSource;
}

function resolved(
  { name, type, summary }: Column,
  visible: boolean,
  source: ColumnSource,
): ResolvedColumn {
  return { name, type, visible, source, ...(summary === undefined ? {} : { summary }) };
}

function computedOf(table: { readonly computedColumns?: readonly ComputedColumn[] }) {
  return (table.computedColumns ?? []).map((column) =>
    resolved(column, false, { kind: 'computed', value: column.value }),
  );
}

/** Stored columns of a table by name, hidden and system columns included. */
function storedTypes(table: Table): ReadonlyMap<string, ScalarType> {
  return new Map([
    ['_ingested', 'datetime'],
    ...[...table.columns, ...(table.hiddenColumns ?? [])].map((c) => [c.name, c.type] as const),
  ]);
}

function otherwiseOf({ otherwise }: Column, table: Table): ColumnSource | undefined {
  if (otherwise === 'time' && table.timeColumn !== null) {
    return { kind: 'stored', column: table.timeColumn, type: 'datetime' };
  }
  if (otherwise === 'tableName') {
    return { kind: 'computed', value: { kind: 'constant', text: table.name } };
  }
  return undefined;
}

function tableColumns(table: Table): readonly ResolvedColumn[] {
  const types = storedTypes(table);
  const stored = (column: Column, visible: boolean) => {
    const otherwise = otherwiseOf(column, table);
    const seen = { ...column, type: column.readAs ?? column.type };
    return resolved(seen, visible, {
      kind: 'stored',
      column: column.name,
      type: column.type,
      ...(otherwise && { otherwise }),
    });
  };
  return [
    ...table.columns.map((column) => stored(column, true)),
    ...(table.hiddenColumns ?? []).map((column) => stored(column, false)),
    ...(table.columnAliases ?? []).map(({ name, column, type, summary }) => {
      const storedType = types.get(column);
      if (storedType === undefined) {
        throw new Error(`${table.name}.${name} reads ${column}, which is not stored`);
      }
      return resolved(
        { name, type: type ?? storedType, summary: summary ?? `Another name of ${column}` },
        false,
        { kind: 'stored', column, type: storedType },
      );
    }),
    ...computedOf(table),
  ];
}

function legacyColumns(table: LegacyTable, catalog: Catalog): readonly ResolvedColumn[] {
  if (table.table === undefined) {
    return table.columns.map((column) => resolved(column, true, { kind: 'definition' }));
  }
  const base = findTable(catalog, table.table);
  if (base === undefined) {
    throw new Error(`${table.name} reads ${table.table}, which the catalog lacks`);
  }
  const types = storedTypes(base);
  const source = ({ name, from }: LegacyColumn): ColumnSource => {
    if (from === null) {
      return { kind: 'empty' };
    }
    const type = types.get(from);
    if (type === undefined) {
      throw new Error(`${table.name}.${name} reads ${from}, which is not stored`);
    }
    return { kind: 'stored', column: from, type };
  };
  return [
    ...table.columns.map((column) => resolved(column, true, source(column))),
    ...(table.hiddenColumns ?? []).map((column) => resolved(column, false, source(column))),
    ...computedOf(table),
    ...tableColumns(base).map((column) => ({ ...column, visible: false })),
  ];
}

/** Every name that a query can use on the table: those of `*` first, in their order. */
export function columnsOf(
  catalog: Catalog,
  table: Table | LegacyTable,
): ReadonlyMap<string, ResolvedColumn> {
  const { columns } = indexOf(catalog);
  const known = columns.get(table);
  if (known) {
    return known;
  }
  const byName = new Map<string, ResolvedColumn>();
  for (const column of 'timeColumn' in table
    ? tableColumns(table)
    : legacyColumns(table, catalog)) {
    // A legacy table's own meaning of a name comes before the stored table's.
    if (!byName.has(column.name)) {
      byName.set(column.name, column);
    }
  }
  columns.set(table, byName);
  return byName;
}

/** What a query sees of a table's columns: those of `*`, and the others that it names. */
export function columnsSeen(
  catalog: Catalog,
  table: Table | LegacyTable,
  named: ReadonlySet<string>,
): ResolvedColumn[] {
  return [...columnsOf(catalog, table).values()].filter(
    (column) => column.visible || named.has(column.name),
  );
}
