import { join, type Sql, sql } from './sql.js';

/**
 * An expression in which names stand for values that are evaluated once: one pass of a lambda over
 * one-element arrays. Names are the caller's to keep apart where such expressions nest.
 */
export function letIn(values: Readonly<Record<string, Sql>>, body: Sql): Sql {
  const names = Object.keys(values).map((name) => ({ text: name }));
  const arrays = Object.values(values).map((value) => sql`[${value}]`);
  return sql`arrayElement(arrayMap((${join(names)}) -> ${body}, ${join(arrays)}), 1)`;
}
