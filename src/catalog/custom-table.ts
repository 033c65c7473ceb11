import { z } from 'zod';
import { HuntError } from '../errors.js';
import { auditTable, catalogOf } from './catalog.js';
import { withCommonColumns } from './common-columns.js';
import {
  type Catalog,
  type FieldSource,
  scalarTypes,
  type Table,
  type TableSource,
} from './types.js';

const maxColumns = 500;
const maxPaths = 20;
const maxHints = 50;
const maxDelimiterLength = 1;
/** Tables of one tenant. */
const maxTables = 200;

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'a name has letters, digits and _, at most 100');
const text = z.string().max(1000);
const path = z.string().min(1).max(500);
const orList = <T extends z.ZodType>(one: T, most: number) =>
  z.union([one.transform((value) => [value]), z.array(one).min(1).max(most)]);

const column = z.strictObject({
  name,
  type: z.enum(scalarTypes),
  description: text.optional(),
  /** Paths in the record, first match; by default the column's own name. */
  from: orList(path, maxPaths).optional(),
  /** Numbers count seconds, milliseconds … since 1970. */
  unix: z.enum(['s', 'ms', 'us', 'ns']).optional(),
});

/** What an operator writes to declare a table; as YAML or JSON. */
export const customTableShape = z.strictObject({
  name,
  description: text.default(''),
  /** By default `Timestamp` or `TimeGenerated`, whichever the table has. */
  timeColumn: name.optional(),
  columns: z.array(column).min(1).max(maxColumns),
  /** A dynamic column for what no other takes; by default `AdditionalFields`, where the table has it. */
  additionalFields: name.optional(),
  csv: z
    .strictObject({
      delimiter: z.string().length(maxDelimiterLength).default(','),
      /** Names of the fields, where no header line has them. */
      fields: z.array(path).min(1).max(maxColumns).optional(),
    })
    .optional(),
  /** What is true of each record of the table: fields that are there, values that they have. */
  detect: z
    .strictObject({
      fields: z.array(path).max(maxHints).default([]),
      values: z.record(path, orList(z.string().max(500), maxHints)).default({}),
    })
    .optional(),
});

export type CustomTable = z.output<typeof customTableShape>;

function invalid(message: string): HuntError {
  return new HuntError('catalog.invalid', { message });
}

/** @throws HuntError `catalog.invalid` naming the first member that is wrong */
export function parseCustomTable(declared: unknown): CustomTable {
  const result = customTableShape.safeParse(declared);
  if (result.success) {
    return result.data;
  }
  const issue = result.error.issues[0];
  const where = issue?.path.map(String).join('.');
  throw invalid(`${where ? `${where}: ` : ''}${issue?.message ?? 'not a table'}.`);
}

/** Names that are Quarry's own, now or later. */
const ownName = /^quarry/i;

function isReserved(catalog: Catalog, table: string): boolean {
  const taken = [auditTable.name, ...catalog.functions.map((each) => each.name)];
  return ownName.test(table) || taken.some((each) => each.toLowerCase() === table.toLowerCase());
}

/**
 * The catalog with one more table.
 * @throws HuntError `catalog.invalid` for a name that is taken, a time column that is none
 */
export function withCustomTable(catalog: Catalog, declared: CustomTable): Catalog {
  const { name: tableName, description, columns } = declared;
  if (isReserved(catalog, tableName)) {
    throw invalid(`The name ${tableName} is one of Quarry's own.`);
  }
  const namesake = namesakeOf(catalog, tableName);
  if (namesake !== undefined) {
    throw invalid(`The table ${tableName} clashes with ${namesake}, which exists already.`);
  }
  assertColumns(declared);
  const table = withCommonColumns({
    name: tableName,
    category: 'Custom',
    summary: description,
    timeColumn: timeColumnOf(declared) ?? null,
    deviceScoped: columns.some((each) => each.name === 'DeviceId' && each.type === 'string'),
    columns: columns.map(({ name: columnName, type, description: summary }) => ({
      name: columnName,
      type,
      ...(summary !== undefined && { summary }),
    })),
  });
  return catalogOf(
    [...catalog.tables, { ...table, source: sourceOf(declared) }],
    catalog.legacyTables,
    catalog.functions,
  );
}

/** Names that differ in case alone nobody could tell apart. */
function assertColumns({ name: tableName, timeColumn, columns }: CustomTable): void {
  const names = new Map<string, string>();
  for (const { name: columnName } of columns) {
    const taken = names.get(columnName.toLowerCase());
    if (taken !== undefined) {
      throw invalid(
        `The column ${tableName}.${columnName} clashes with ${taken}, which exists already.`,
      );
    }
    names.set(columnName.toLowerCase(), columnName);
  }
  const isTime = columns.some((each) => each.name === timeColumn && each.type === 'datetime');
  if (timeColumn !== undefined && !isTime) {
    throw invalid(
      `The time column ${timeColumn} of ${tableName} is not one of its datetime columns.`,
    );
  }
}

/** The table of the catalog that has the name, in any case, under this name or another. */
function namesakeOf(catalog: Catalog, wanted: string): string | undefined {
  return [
    ...catalog.tables.flatMap((table) => [table.name, ...(table.aliases ?? [])]),
    ...catalog.legacyTables.map((table) => table.name),
  ].find((each) => each.toLowerCase() === wanted.toLowerCase());
}

/** The catalog with a tenant's tables, and how long each table is kept. */
export function tenantCatalog(
  catalog: Catalog,
  declared: readonly CustomTable[],
  retention: ReadonlyMap<string, number | null>,
): Catalog {
  let extended = catalog;
  for (const table of declared) {
    // A later version of Quarry may have a table of that name: its own comes first.
    const { name: wanted } = table;
    if (!isReserved(extended, wanted) && namesakeOf(extended, wanted) === undefined) {
      extended = withCustomTable(extended, table);
    }
  }
  return retention.size === 0 ? extended : withRetention(extended, retention);
}

function withRetention(catalog: Catalog, retention: ReadonlyMap<string, number | null>): Catalog {
  const kept = (table: Table): Table => {
    const retentionDays = retention.get(table.name);
    return retentionDays === undefined ? table : { ...table, retentionDays };
  };
  return catalogOf(catalog.tables.map(kept), catalog.legacyTables, catalog.functions);
}

/** @throws HuntError `catalog.invalid` */
export function assertTableCount(count: number): void {
  if (count > maxTables) {
    throw invalid(`A tenant has ${maxTables} tables of its own at most.`);
  }
}

/**
 * Refuses a change that what is stored could not follow: columns may be added, and everything that
 * only says how records become rows may change.
 * @throws HuntError `catalog.invalid`
 */
export function assertCompatible(before: CustomTable, after: CustomTable): void {
  for (const { name: columnName, type } of before.columns) {
    const now = after.columns.find((each) => each.name === columnName);
    if (now === undefined) {
      throw invalid(
        `The column ${columnName} is stored and has to stay. Remove the table to be rid of it.`,
      );
    }
    if (now.type !== type) {
      throw invalid(
        `The column ${columnName} is stored as ${type} and cannot become ${now.type}. Add a column of another name.`,
      );
    }
  }
  if (timeColumnOf(before) !== timeColumnOf(after)) {
    throw invalid('The time column of a stored table stays what it is.');
  }
}

function timeColumnOf({ timeColumn, columns }: CustomTable): string | undefined {
  const isTime = (candidate: string) =>
    columns.some((each) => each.name === candidate && each.type === 'datetime');
  return timeColumn ?? ['Timestamp', 'TimeGenerated'].find(isTime);
}

function sourceOf(declared: CustomTable): TableSource {
  const { columns, csv, detect } = declared;
  const additionalFields = additionalFieldsOf(declared);
  return {
    columns: columns
      .filter((each) => each.name !== additionalFields || each.from !== undefined)
      .map(({ name: columnName, type, from, unix }): FieldSource => {
        if (unix !== undefined && type !== 'datetime') {
          throw invalid(`unix is for datetime columns; ${columnName} is ${type}.`);
        }
        return { column: columnName, paths: from ?? [columnName], ...(unix && { unix }) };
      }),
    ...(additionalFields !== undefined && { additionalFields }),
    ...(csv && {
      csv: { delimiter: delimiterOf(csv.delimiter), ...(csv.fields && { fields: csv.fields }) },
    }),
    ...(detect && { detect: detectOf(detect) }),
  };
}

function delimiterOf(delimiter: string): string {
  if (delimiter === '"' || /[\r\n]/.test(delimiter)) {
    throw invalid('A delimiter is one character, and neither a quote nor a line break.');
  }
  return delimiter;
}

function detectOf(detect: NonNullable<CustomTable['detect']>): NonNullable<TableSource['detect']> {
  if (detect.fields.length === 0 && Object.keys(detect.values).length === 0) {
    throw invalid('detect names fields, or values of fields.');
  }
  return detect;
}

function additionalFieldsOf({ additionalFields, columns }: CustomTable): string | undefined {
  const wanted = additionalFields ?? 'AdditionalFields';
  const found = columns.find((each) => each.name === wanted);
  if (additionalFields !== undefined && found?.type !== 'dynamic') {
    throw invalid(`additionalFields is the name of a dynamic column; ${additionalFields} is none.`);
  }
  return found?.type === 'dynamic' ? wanted : undefined;
}
