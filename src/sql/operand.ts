import type { TextStorage } from '../catalog/text-storage.js';
import type { ScalarType } from '../catalog/types.js';
import type { LiteralValue } from '../kql/literals.js';
import type { PlanExpression } from '../plan/plan.js';
import { ticksSinceNow } from './moments.js';
import { identifier, integer, literal, type Sql, sql } from './sql.js';

/** A KQL value as SQL. Its ClickHouse type is `columnTypes[type]`, inside Nullable where `nullable`. */
export interface Operand extends Sql {
  readonly type: ScalarType;
  /** It can be NULL. Never so for string and dynamic: '' is the empty string and the null dynamic. */
  readonly nullable: boolean;
  /** Known when the query is compiled. */
  readonly constant?: LiteralValue;
  /** Where it comes from, for emitters that recognise shapes (a path, a stored column). */
  readonly expression: PlanExpression;
  /** It is a one-column SELECT: the right side of `in (T)`. */
  readonly table?: true;
  /** An alias: where a lambda names it, its definition is computed again for each element. */
  readonly computed?: boolean | undefined;
  /** Of a text that is a stored column's, as it stands: indexes serve it. */
  readonly storage?: TextStorage | undefined;
  /** The text at an index or a key, where its function knows how (`ScalarFunction.textAt`). */
  readonly textAt?: ((key: Operand) => Sql | undefined) | undefined;
  /** The text that it is the lower case of. */
  readonly lowerCaseOf?: Operand | undefined;
  /** What it was found in, and the keys and indexes that lead to it there. */
  readonly path?: readonly Operand[] | undefined;
  /** The value in another form in one step, where its function knows how (`ScalarFunction.read`). */
  readonly read?: ((form: ReadForm) => Sql | undefined) | undefined;
}

/** Whether an index serves tests of the whole text, through its lower case. */
export function isIndexed({ storage, type }: Operand): boolean {
  return type === 'string' && (storage === 'searched' || storage === 'whole');
}

/** A KQL type, or a JSON text to look paths up in. */
export type ReadForm = ScalarType | 'json';

/** A literal with its exact ClickHouse type. */
export function literalSql(constant: LiteralValue): Sql {
  if (constant.sinceNow !== undefined) {
    return datetimeOfTicks(sql`toInt64(${ticksSinceNow(constant.sinceNow)})`);
  }
  const { type, value } = constant;
  if (value === null) return nullSql(type);
  switch (type) {
    case 'string':
    case 'dynamic':
      return literal(String(value));
    case 'bool':
      return value === true ? sql`true` : sql`false`;
    case 'int':
      return sql`toInt32(${integer(value as bigint)})`;
    case 'long':
    case 'timespan':
      return sql`toInt64(${int64(value as bigint)})`;
    case 'real':
      return real(value as number);
    case 'decimal':
      return sql`toDecimal256OrNull(${literal(String(value))}, 20)`;
    case 'datetime':
      return datetimeOfTicks(sql`toInt64(${int64(value as bigint)})`);
    case 'guid':
      return sql`toUUIDOrNull(${literal(String(value))})`;
  }
}

/** The smallest long has no positive counterpart that the SQL parser would take. */
function int64(value: bigint): Sql {
  return value === -(2n ** 63n) ? sql`(-9223372036854775807 - 1)` : integer(value);
}

function real(value: number): Sql {
  if (Number.isNaN(value)) return sql`nan`;
  if (value === Number.POSITIVE_INFINITY) return sql`inf`;
  if (value === Number.NEGATIVE_INFINITY) return sql`(-inf)`;
  return sql`toFloat64(${literal(String(value))})`;
}

export function nullSql(type: ScalarType): Sql {
  switch (type) {
    case 'string':
    case 'dynamic':
      return sql`''`;
    case 'bool':
      return sql`CAST(NULL AS Nullable(Bool))`;
    case 'int':
      return sql`CAST(NULL AS Nullable(Int32))`;
    case 'long':
    case 'timespan':
      return sql`CAST(NULL AS Nullable(Int64))`;
    case 'real':
      return sql`CAST(NULL AS Nullable(Float64))`;
    case 'decimal':
      return sql`CAST(NULL AS Nullable(Decimal(76, 20)))`;
    case 'datetime':
      return sql`CAST(NULL AS Nullable(DateTime64(7, 'UTC')))`;
    case 'guid':
      return sql`CAST(NULL AS Nullable(UUID))`;
  }
}

/** Ticks of 100 ns since 1970 as an instant, and the reverse. */
export function datetimeOfTicks(ticks: Sql): Sql {
  return sql`reinterpret(${ticks}, 'DateTime64(7, \\'UTC\\')')`;
}

export function ticksOf(datetime: Sql): Sql {
  return sql`reinterpretAsInt64(${datetime})`;
}

/** Ticks from year 1, where .NET counts from, to 1970. */
export const ticksBefore1970 = sql`621355968000000000`;

/** The ticks of KQL's first and last instant: 0001-01-01 and the end of 9999. */
const firstTick = -621_355_968_000_000_000n;
const lastTick = 2_534_023_007_999_999_999n;

export function isDatetime(ticks: bigint): boolean {
  return ticks >= firstTick && ticks <= lastTick;
}

/** The instant of computed ticks; null outside the years 1 to 9999. */
export function checkedDatetime(ticks: Sql): Sql & { readonly nullable: true } {
  const instant = datetimeOfTicks(ticks);
  return {
    ...sql`if(${ticks} BETWEEN ${integer(firstTick)} AND ${integer(lastTick)}, ${instant}, NULL)`,
    nullable: true,
  };
}

/**
 * An instant that some centuries more or less leave within KQL's range: a stored time column, which
 * ingestion bounds and which alone is never null, or a literal known to be.
 */
export function isBounded(operand: Operand): boolean {
  const ticks = operand.constant?.value;
  if (typeof ticks === 'bigint')
    return isDatetime(ticks - centuries) && isDatetime(ticks + centuries);
  return !operand.nullable;
}

const centuries = 500n * 366n * 864_000_000_000n;

/** A constant that is a whole number, without its type: for arguments that SQL wants as plain numbers. */
export function constantInteger(operand: Operand): bigint | undefined {
  const value = operand.constant?.value;
  return typeof value === 'bigint' ? value : undefined;
}

export function constantText(operand: Operand): string | undefined {
  const { constant } = operand;
  return constant && constant.type === 'string' && constant.value !== null
    ? String(constant.value)
    : undefined;
}

export function columnName(id: number): Sql {
  return identifier(`_q${id}`);
}
