import { literal, type Sql, sql } from './sql.js';

/**
 * The value, unless the condition holds for a row: then the hunt fails with the message, which must not
 * end in a full stop. `instead` is a constant of the value's type.
 */
export function unlessFailing(condition: Sql, message: string, value: Sql, instead: Sql): Sql {
  return sql`if(throwIf(${condition}, ${literal(message)}) > 0, ${instead}, ${value})`;
}
