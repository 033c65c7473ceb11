import { z } from 'zod';
import { HuntError } from '../errors.js';
import { catalogOf, columnsOf, findTable } from './catalog.js';
import { systemColumns, withCommonColumns } from './common-columns.js';
import { type Catalog, type Column, scalarTypes, type Table } from './types.js';

const maxTables = 500;
const maxColumns = 1000;
const maxActionTypes = 1000;

const name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'a name has letters, digits and _, at most 128');
const text = z.string().max(1000);

const column = z.strictObject({
  name,
  type: z.enum(scalarTypes),
  summary: text.optional(),
  jsonText: z.literal(true).optional(),
});

const table = z.strictObject({
  name: name.regex(/^[A-Za-z]/, 'the name of a table starts with a letter'),
  category: text.default('Custom'),
  summary: text.default(''),
  /** By default `Timestamp` or `TimeGenerated`, whichever the table has; null for a table without time. */
  timeColumn: name.nullable().optional(),
  columns: z.array(column).min(1).max(maxColumns),
  actionTypes: z.array(text).max(maxActionTypes).optional(),
});

const additionsSchema = z.strictObject({
  tables: z.array(table).max(maxTables).default([]),
  /** Columns for tables that the catalog has, by the table's name. */
  columns: z.record(name, z.array(column).max(maxColumns)).default({}),
});

type DeclaredTable = z.output<typeof table>;
type DeclaredColumn = z.output<typeof column>;

function invalid(message: string): HuntError {
  return new HuntError('catalog.invalid', { message });
}

function parse(declared: unknown): z.output<typeof additionsSchema> {
  const result = additionsSchema.safeParse(declared);
  if (result.success) {
    return result.data;
  }
  const issue = result.error.issues[0];
  const where = issue?.path.map(String).join('.');
  throw invalid(`${where ? `${where}: ` : ''}${issue?.message ?? 'not a catalog'}`);
}

/** Refuses a name that is taken, also where only the case differs: nobody could tell the two apart. */
class NameSet {
  readonly #names = new Map<string, string>();
  readonly #what: string;

  constructor(what: string, names: Iterable<string>) {
    this.#what = what;
    for (const taken of names) {
      this.#names.set(taken.toLowerCase(), taken);
    }
  }

  claim(claimed: string): void {
    const taken = this.#names.get(claimed.toLowerCase());
    if (taken !== undefined) {
      throw invalid(`The ${this.#what} ${claimed} clashes with ${taken}, which exists already`);
    }
    this.#names.set(claimed.toLowerCase(), claimed);
  }
}

function columnOf({ name, type, summary, jsonText }: DeclaredColumn): Column {
  if (jsonText && type !== 'string') {
    throw invalid(`jsonText is for string columns; ${name} is ${type}`);
  }
  return { name, type, ...(summary && { summary }), ...(jsonText && { jsonText }) };
}

function timeColumnOf({ name, columns, timeColumn }: DeclaredTable): string | null {
  const isTime = (candidate: string) =>
    columns.some((column) => column.name === candidate && column.type === 'datetime');
  if (timeColumn === undefined) {
    return ['Timestamp', 'TimeGenerated'].find(isTime) ?? null;
  }
  if (timeColumn !== null && !isTime(timeColumn)) {
    throw invalid(`The time column ${timeColumn} of ${name} is not one of its datetime columns`);
  }
  return timeColumn;
}

function tableOf(declared: DeclaredTable): Table {
  const { name, category, summary, columns, actionTypes } = declared;
  const names = new NameSet(`column ${name}.`, systemColumns);
  for (const column of columns) {
    names.claim(column.name);
  }
  return withCommonColumns({
    name,
    category,
    summary,
    timeColumn: timeColumnOf(declared),
    deviceScoped: columns.some(({ name, type }) => name === 'DeviceId' && type === 'string'),
    columns: columns.map(columnOf),
    ...(actionTypes && { actionTypes }),
  });
}

function withColumns(catalog: Catalog, table: Table, added: readonly DeclaredColumn[]): Table {
  const names = new NameSet(`column ${table.name}.`, [
    ...columnsOf(catalog, table).keys(),
    ...systemColumns,
  ]);
  for (const { name } of added) {
    names.claim(name);
  }
  if (table.columns.length + added.length > maxColumns) {
    throw invalid(`${table.name} would have more than ${maxColumns} columns`);
  }
  return { ...table, columns: [...table.columns, ...added.map(columnOf)] };
}

/**
 * The catalog and what an operator declares besides. A declared table gets the columns that all have
 * (`TenantId`, `Type`, …) and is device-scoped when it has a `DeviceId`; declared columns come last.
 * @throws HuntError `catalog.invalid`
 */
export function extendCatalog(catalog: Catalog, declared: unknown): Catalog {
  const additions = parse(declared);
  const names = new NameSet('table', [
    ...catalog.tables.flatMap((table) => [table.name, ...(table.aliases ?? [])]),
    ...catalog.legacyTables.map((table) => table.name),
  ]);
  for (const { name } of additions.tables) {
    names.claim(name);
  }
  const added = new Map<Table, readonly DeclaredColumn[]>();
  for (const [tableName, columns] of Object.entries(additions.columns)) {
    const table = findTable(catalog, tableName);
    if (table === undefined) {
      throw invalid(`There is no table ${tableName} that could get columns`);
    }
    if (added.has(table)) {
      throw invalid(`Columns for ${table.name} are declared twice`);
    }
    added.set(table, columns);
  }
  return catalogOf(
    [
      ...catalog.tables.map((table) => {
        const columns = added.get(table);
        return columns === undefined ? table : withColumns(catalog, table, columns);
      }),
      ...additions.tables.map(tableOf),
    ],
    catalog.legacyTables,
    catalog.functions,
  );
}
