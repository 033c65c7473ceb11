import type { ScalarType } from '../catalog/types.js';
import { letIn } from './let.js';
import { columnTypes, join, literal, type Sql, sql } from './sql.js';

/** A value that the fold makes: its expression and its type. */
export interface FoldValue {
  readonly sql: Sql;
  readonly type: ScalarType;
}

export interface FoldParts {
  /** A SELECT of the rows. */
  readonly rows: Sql;
  readonly partition: readonly Sql[];
  readonly order: Sql;
  /** The columns that the rows keep. */
  readonly kept: readonly Sql[];
  /** The columns that the steps read. */
  readonly read: readonly Sql[];
  readonly initial: readonly FoldValue[];
  /** Values of one row by name; those of one layer see the names of the layers before it. */
  readonly layers: readonly Readonly<Record<string, Sql>>[];
  readonly next: readonly FoldValue[];
  readonly results: readonly FoldValue[];
  readonly operator: string;
}

/** Where the steps' expressions find what they read. */
export const foldNames = {
  row: (index: number) => sql`tupleElement(_r, ${place(index)})`,
  state: (index: number) => sql`tupleElement(tupleElement(_b, 1), ${place(index)})`,
  kept: (index: number) => sql`tupleElement(tupleElement(_z, 1), ${place(index + 1)})`,
  result: (index: number) => sql`tupleElement(tupleElement(_z, 2), ${place(index)})`,
};

/** Rows of one partition, and of all: one call of the fold cannot be interrupted. */
const mostRows = { partition: 50_000, table: 1_000_000 };
/** Rows folded at a time: what a fold has gathered is copied at each step. */
const chunk = '256';

/** A table with the partition's columns and `_z`, a tuple of each row and its results. */
export function foldedRows(parts: FoldParts): Sql {
  const keys = parts.partition.map((name) => sql`${name}, `);
  const key = join(keys, sql``);
  const group = keys.length > 0 ? sql` GROUP BY ${join(parts.partition)}` : sql``;
  const row = sql`tuple(${join([parts.order, ...parts.kept])})`;
  const read = sql`tuple(${join(parts.read.length > 0 ? [...parts.read] : [sql`0`])})`;
  const arrays = sql`SELECT ${key}arraySort(_x -> tupleElement(tupleElement(_x, 1), 1), groupArray(tuple(${row}, ${read}))) AS _rows FROM (${parts.rows})${group}`;
  const sized = sql`SELECT ${key}_rows, sum(length(_rows)) OVER () AS _all FROM (${arrays})`;
  const folded = sql`SELECT ${key}_rows, tupleElement(${fold(parts)}, 2) AS _results FROM (${sized}) WHERE ${bounded(parts.operator)}`;
  return sql`SELECT ${key}arrayJoin(arrayZip(arrayMap(_x -> tupleElement(_x, 1), _rows), _results)) AS _z FROM (${folded})`;
}

/** The engine cuts a full stop off the message, which would then not be found again. */
function bounded(operator: string): Sql {
  const partition = `${operator} looks at its rows one by one: it takes at most ${mostRows.partition} of one partition`;
  const table = `${operator} looks at its rows one by one: it takes at most ${mostRows.table}`;
  return sql`throwIf(length(_rows) > ${{ text: String(mostRows.partition) }}, ${literal(partition)}) = 0 AND throwIf(_all > ${{ text: String(mostRows.table) }}, ${literal(table)}) = 0`;
}

function fold(parts: FoldParts): Sql {
  const types = parts.results.map(({ type }) => storageType(type));
  const none = sql`CAST([], ${literal(`Array(Tuple(${types.length > 0 ? types.join(', ') : 'UInt8'}))`)})`;
  const rows = sql`arrayMap(_x -> tupleElement(_x, 2), _rows)`;
  const chunks = sql`arraySplit((_x, _n) -> _n % ${{ text: chunk }} = 1, ${rows}, arrayEnumerate(_rows))`;
  const inner = sql`arrayFold((_b, _r) -> ${body(parts)}, _k, tuple(tupleElement(_a, 1), ${none}))`;
  const joined = sql`tuple(tupleElement(_i, 1), arrayConcat(tupleElement(_a, 2), tupleElement(_i, 2)))`;
  return sql`arrayFold((_a, _k) -> ${letIn({ _i: inner }, joined)}, ${chunks}, tuple(${tupleOf(parts.initial)}, ${none}))`;
}

/** One row: its values, then the state that it leaves and its results. */
function body(parts: FoldParts): Sql {
  const results = sql`arrayPushBack(tupleElement(_b, 2), ${tupleOf(parts.results)})`;
  return parts.layers.reduceRight<Sql>(
    (rest, layer) => letIn(layer, rest),
    sql`tuple(${tupleOf(parts.next)}, ${results})`,
  );
}

function tupleOf(values: readonly FoldValue[]): Sql {
  const items = values.map(
    ({ sql: value, type }) => sql`CAST(${value}, ${literal(storageType(type))})`,
  );
  return sql`tuple(${join(items.length > 0 ? items : [sql`toUInt8(0)`])})`;
}

/** A fold's state has one type from its start to its end. */
function storageType(type: ScalarType): string {
  const name = columnTypes[type];
  return name === 'String' ? name : `Nullable(${name})`;
}

function place(index: number): Sql {
  return { text: String(index + 1) };
}
