import { HuntError } from '../../../errors.js';
import { convert } from '../../convert.js';
import type { AggregateCall } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { readsColumns } from '../pattern.js';

/** A condition of an `…if` aggregate; a null is as good as false. */
export function condition(test: Operand): Sql {
  const value = convert(test, 'bool');
  return value.nullable ? sql`ifNull(${value}, false)` : value;
}

/** Whether the value is there; undefined where it always is. An empty string is a value, an empty dynamic is none. */
export function presence(value: Operand): Sql | undefined {
  if (value.type === 'dynamic') return sql`notEmpty(${value})`;
  return value.nullable ? sql`isNotNull(${value})` : undefined;
}

/** All of the conditions that there are; undefined when there is none. */
export function all(...conditions: (Sql | undefined)[]): Sql | undefined {
  const [first, ...rest] = conditions.filter((each) => each !== undefined);
  return first && rest.reduce((left, right) => sql`(${left} AND ${right})`, first);
}

/** The number among an aggregate's arguments, such as a percentile or a limit, where it is written out. */
export function writtenNumber(operand: Operand): number | undefined {
  const value = operand.constant?.value;
  const number = typeof value === 'bigint' || typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** An argument that has one value for all rows; it may be computed, and by a query of its own. */
export function oneForAll(call: AggregateCall, operand: Operand, what: string): Operand {
  const isNull = operand.constant?.value === null;
  if (!isNull && !readsColumns(operand.expression)) return operand;
  throw new HuntError(
    'kql.unsupported',
    {
      what: `${what} ${isNull ? 'that is null' : 'of each row'}`,
      because: 'it has to be a constant',
    },
    { span: call.span },
  );
}
