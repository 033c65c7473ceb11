import type { WindowFunctionEntry, WindowParts } from '../functions.js';
import type { Operand } from '../operand.js';
import { type Sql, sql } from '../sql.js';

const upToHere = sql`ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`;

function running(fn: Sql): WindowFunctionEntry['emit'] {
  return ({ partition, order }: WindowParts, value: Operand) => {
    const known = value.nullable ? sql`assumeNotNull(ifNull(${value}, 0))` : value;
    const total = sql`${fn}(${known}) OVER (${partition}${order} ${upToHere})`;
    return value.type === 'int' ? sql`toInt32(${total})` : total;
  };
}

/** The value of a row some rows away; the engine's own default is 0 or '', so the values are made nullable. */
function neighbour(fn: Sql): WindowFunctionEntry['emit'] {
  return (
    { partition, order }: WindowParts,
    value: Operand,
    offset?: Operand,
    otherwise?: Operand,
  ) => {
    const isText = value.type === 'string' || value.type === 'dynamic';
    const distance = { text: String(offset?.constant?.value ?? 1) };
    const item = isText ? sql`toString(${value})` : sql`toNullable(${value})`;
    const fallback = otherwise ? (isText ? otherwise : sql`toNullable(${otherwise})`) : sql`NULL`;
    const rest = isText && !otherwise ? sql`''` : fallback;
    return sql`${fn}(${item}, ${distance}, ${rest}) OVER (${partition}${order})`;
  };
}

/** Functions over the rows of a window, of which the planner makes KQL's; `prev` and `next` are KQL's own. */
export const windowFunctions: Readonly<Record<string, WindowFunctionEntry>> = {
  row_number: {
    doc: 'row-number-function',
    nullable: false,
    emit: ({ partition, order }: WindowParts) =>
      sql`toInt64(row_number() OVER (${partition}${order}))`,
  },
  prev: { doc: 'prev-function', nullable: true, emit: neighbour(sql`lag`) },
  next: { doc: 'next-function', nullable: true, emit: neighbour(sql`lead`) },
  running_sum: { doc: 'row-cumsum-function', nullable: false, emit: running(sql`sum`) },
  dense_rank: {
    doc: 'row-rank-dense-function',
    nullable: false,
    emit: ({ partition, order }: WindowParts) =>
      sql`toInt64(dense_rank() OVER (${partition}${order}))`,
  },
  /** The sum of the whole partition's values. */
  total: {
    doc: 'basket-plugin',
    nullable: false,
    emit: ({ partition }: WindowParts, value: Operand) =>
      sql`toInt64(assumeNotNull(sum(${value}) OVER (${partition})))`,
  },
  /** The least value of the whole partition. */
  least: {
    doc: 'graph-shortest-paths-operator',
    nullable: true,
    emit: ({ partition }: WindowParts, value: Operand) =>
      sql`minOrNull(${value}) OVER (${partition})`,
  },
  /** The greatest value of the whole partition. */
  greatest: {
    doc: 'max-aggregation-function',
    nullable: true,
    emit: ({ partition }: WindowParts, value: Operand) =>
      sql`maxOrNull(${value}) OVER (${partition})`,
  },
  /** A value of the rows whose rank, by which they are ordered, is so much less than this one's. */
  of_rank_before: {
    doc: 'active-users-count-plugin',
    nullable: true,
    emit: ({ partition, order }: WindowParts, value: Operand, distance?: Operand) => {
      const size = { text: String(distance?.constant?.value ?? 0) };
      return sql`maxOrNull(${value}) OVER (${partition}${order} RANGE BETWEEN ${size} PRECEDING AND ${size} PRECEDING)`;
    },
  },
  running_min: { doc: 'new-activity-metrics-plugin', nullable: false, emit: running(sql`min`) },
  running_max: { doc: 'row-rank-min-function', nullable: false, emit: running(sql`max`) },
};
