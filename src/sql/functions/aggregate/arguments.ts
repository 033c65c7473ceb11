import { HuntError } from '../../../errors.js';
import { convert } from '../../convert.js';
import type { AggregateCall } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';

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

/** The constant number among an aggregate's arguments, such as a percentile or a limit. */
export function constantNumber(call: AggregateCall, operand: Operand, what: string): number {
  const value = operand.constant?.value;
  const number = typeof value === 'bigint' || typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new HuntError(
    'kql.unsupported',
    { what: `A computed ${what}`, because: 'it has to be a constant number' },
    { span: call.span },
  );
}
