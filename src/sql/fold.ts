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
/** Rows folded in one run; the engine folds many runs at once about as fast as one. */
const runLength = { text: '128' };

/** A table with the partition's columns and `_z`, a tuple of each row and its results. */
export function foldedRows(parts: FoldParts): Sql {
  const keys = parts.partition.map((name) => sql`${name}, `);
  const key = join(keys, sql``);
  const group = keys.length > 0 ? sql` GROUP BY ${join(parts.partition)}` : sql``;
  const row = sql`tuple(${join([parts.order, ...parts.kept])})`;
  const read = sql`tuple(${join(parts.read.length > 0 ? [...parts.read] : [sql`0`])})`;
  const arrays = sql`SELECT ${key}arraySort(_x -> tupleElement(tupleElement(_x, 1), 1), groupArray(tuple(${row}, ${read}))) AS _rows FROM (${parts.rows})${group}`;
  const sized = sql`SELECT ${key}_rows, sum(length(_rows)) OVER () AS _all FROM (${arrays})`;
  const runs = sql`arraySplit((_x, _n) -> _n % ${runLength} = 1, arrayMap(_x -> tupleElement(_x, 2), _rows), arrayEnumerate(_rows))`;
  const split = sql`SELECT ${key}_rows, ${runs} AS _runs FROM (${sized}) WHERE ${bounded(parts.operator)}`;
  const started = sql`SELECT ${key}_rows, _runs, ${startStates(parts)} AS _starts FROM (${split})`;
  const folded = sql`SELECT ${key}_rows, arrayFlatten(arrayMap((_k, _s) -> ${runResults(parts)}, _runs, _starts)) AS _results FROM (${started})`;
  return sql`SELECT ${key}arrayJoin(arrayZip(arrayMap(_x -> tupleElement(_x, 1), _rows), _results)) AS _z FROM (${folded})`;
}

/** The engine cuts a full stop off the message, which would then not be found again. */
function bounded(operator: string): Sql {
  const partition = `${operator} looks at its rows one by one: it takes at most ${mostRows.partition} of one partition`;
  const table = `${operator} looks at its rows one by one: it takes at most ${mostRows.table}`;
  return sql`throwIf(length(_rows) > ${{ text: String(mostRows.partition) }}, ${literal(partition)}) = 0 AND throwIf(_all > ${{ text: String(mostRows.table) }}, ${literal(table)}) = 0`;
}

/**
 * The state that each run starts with. It is guessed to be the initial one, all runs are folded at once,
 * and each takes over what the run before it left, until nothing changes: soon where rows make the state
 * forget what was before. Where it forgets nothing, each time settles one run more, so few are folded then.
 */
function startStates(parts: FoldParts): Sql {
  const [settled, width, starts] = [
    sql`tupleElement(_a, 1)`,
    sql`tupleElement(_a, 2)`,
    sql`tupleElement(_a, 3)`,
  ];
  const guessed = sql`arrayMap(_k -> ${tupleOf(parts.initial)}, _runs)`;
  const count = sql`least(${width}, toInt64(length(_runs)) - ${settled})`;
  const left = sql`arrayMap((_k, _s) -> ${runState(parts)}, arraySlice(_runs, ${settled}, _n), arraySlice(${starts}, ${settled}, _n))`;
  const changed = sql`arrayMap((_x, _y) -> [_x] != [_y], _e, arraySlice(${starts}, ${settled} + 1, _n))`;
  const found = sql`if(has(_c, 1), toInt64(indexOf(_c, 1)), _n)`;
  const next = sql`tuple(${settled} + _f, if(_p = 1 OR arraySum(_c) * 2 < _n, toInt64(length(_runs)), greatest(toInt64(4), _f * 2)), arrayConcat(arraySlice(${starts}, 1, ${settled}), _e, arraySlice(${starts}, ${settled} + _n + 1)))`;
  const step = letIn(
    { _n: count },
    letIn({ _e: left }, letIn({ _c: changed }, letIn({ _f: found }, next))),
  );
  return sql`tupleElement(arrayFold((_a, _p) -> ${step}, range(1, length(_runs)), tuple(toInt64(1), toInt64(length(_runs)), ${guessed})), 3)`;
}

/** What the rows `_k` leave of the state `_s`. */
function runState(parts: FoldParts): Sql {
  const next = layered(parts, sql`tuple(${tupleOf(parts.next)})`);
  return sql`tupleElement(arrayFold((_b, _r) -> ${next}, _k, tuple(_s)), 1)`;
}

/** The results of the rows `_k`, which find the state `_s`. */
function runResults(parts: FoldParts): Sql {
  const types = parts.results.map(({ type }) => storageType(type));
  const none = sql`CAST([], ${literal(`Array(Tuple(${types.length > 0 ? types.join(', ') : 'UInt8'}))`)})`;
  const results = sql`arrayPushBack(tupleElement(_b, 2), ${tupleOf(parts.results)})`;
  const next = layered(parts, sql`tuple(${tupleOf(parts.next)}, ${results})`);
  return sql`tupleElement(arrayFold((_b, _r) -> ${next}, _k, tuple(_s, ${none})), 2)`;
}

/** What is made of one row's values. */
function layered(parts: FoldParts, made: Sql): Sql {
  return parts.layers.reduceRight<Sql>((rest, layer) => letIn(layer, rest), made);
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
