import type { systemColumns } from '../catalog/common-columns.js';
import { isText, type TextStorage, textStorageOf } from '../catalog/text-storage.js';
import type { Column, Table } from '../catalog/types.js';
import { columnTypes, identifier, join, literal, type Sql, sql } from '../sql/sql.js';
import { foldedText, termText } from '../sql/terms.js';

/** What a column is in the engine, without codec: `LowCardinality(String)`, `Nullable(Int64)`. */
export function storedType(table: Table, column: Column): string {
  const type = columnTypes[column.type];
  if (textStorageOf(column) === 'few') {
    return `LowCardinality(${type})`;
  }
  // Text is never null in KQL, and a row without time is not stored.
  return isText(column) || column.name === table.timeColumn ? type : `Nullable(${type})`;
}

const timeCodec: Sql = { text: 'CODEC(DoubleDelta, ZSTD(1))' };
const codec: Sql = { text: 'CODEC(ZSTD(1))' };

/** A column as CREATE TABLE and ADD COLUMN spell it. */
export function columnDefinition(table: Table, column: Column): Sql {
  const type: Sql = { text: storedType(table, column) };
  const compressed = column.name === table.timeColumn ? timeCodec : codec;
  return sql`${identifier(column.name)} ${type} ${compressed}`;
}

/** The columns of a table that have data of their own. */
export function storedColumns(table: Table): readonly Column[] {
  return [...table.columns, ...(table.hiddenColumns ?? [])];
}

/** When a row came, and its number in its source's order. */
export const systemColumnDefinitions: Readonly<Record<(typeof systemColumns)[number], Sql>> = {
  _ingested: sql`${identifier('_ingested')} ${{ text: columnTypes.datetime }} DEFAULT now64(7, ${literal('UTC')}) ${timeCodec}`,
  _seq: sql`${identifier('_seq')} UInt64 CODEC(Delta, ZSTD(1))`,
};

export interface IndexDefinition {
  readonly name: string;
  readonly definition: Sql;
}

interface Index {
  readonly prefix: string;
  readonly type: string;
  /** What of the column is indexed: queries use the index through exactly this expression. */
  readonly expression: (column: Sql) => Sql;
}

const indexes: Readonly<Record<TextStorage, readonly Index[]>> = {
  searched: [
    { prefix: 'terms', type: 'TYPE text(tokenizer = splitByNonAlpha)', expression: termText },
    {
      prefix: 'grams',
      type: 'TYPE ngrambf_v1(4, 65536, 3, 0) GRANULARITY 1',
      expression: foldedText,
    },
  ],
  whole: [
    // So sure that lists of hundreds of indicators skip most of a table, too.
    { prefix: 'value', type: 'TYPE bloom_filter(0.0001) GRANULARITY 1', expression: foldedText },
  ],
  few: [],
  plain: [],
};

export function columnIndexes(column: Column): IndexDefinition[] {
  return indexes[textStorageOf(column)].map(({ prefix, type, expression }) => {
    const name = `${prefix}_${column.name}`;
    const indexed = expression(identifier(column.name));
    return { name, definition: sql`INDEX ${identifier(name)} ${indexed} ${{ text: type }}` };
  });
}

/** Everything between the parentheses of CREATE TABLE. */
export function tableElements(table: Table): Sql {
  const columns = storedColumns(table);
  return join([
    ...columns.map((column) => columnDefinition(table, column)),
    ...Object.values(systemColumnDefinitions),
    ...columns.flatMap(columnIndexes).map((index) => index.definition),
  ]);
}
