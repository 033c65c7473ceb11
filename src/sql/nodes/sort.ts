import { readsOf, union } from '../../plan/columns.js';
import type { PlanColumn, PlanNode, SortKey } from '../../plan/plan.js';
import { emit } from '../expression.js';
import { type Generation, select } from '../generation.js';
import { open, type Select } from '../select.js';
import { join, type Sql, sql } from '../sql.js';

export function selectSort(
  { input, keys }: PlanNode<'sort'>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const reads = readsOf(keys.map(({ expression }) => expression));
  const below = open(select(input, union(required, reads), generation));
  return {
    ...below,
    orderBy: { sql: orderBy(keys, below, generation), reads: [...reads] },
    closed: true,
  };
}

export function orderBy(keys: readonly SortKey[], from: Select, generation: Generation): Sql {
  return join(
    keys.map(({ expression, descending, nullsFirst }) => {
      const key = emit(expression, from, generation);
      const direction = descending ? sql`DESC` : sql`ASC`;
      if (!key.nullable) return sql`${key} ${direction}`;
      return sql`${key} ${direction} ${nullsFirst ? sql`NULLS FIRST` : sql`NULLS LAST`}`;
    }),
  );
}
