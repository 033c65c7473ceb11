import type { AggregateFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { join, sql } from '../../sql.js';
import { condition } from './arguments.js';

/** Aggregates of plugins, which no function of KQL gives. */
export const pluginAggregates: Readonly<Record<string, AggregateFunction>> = {
  /** How many of the conditions, one after the other, rows meet within a span from the first of them. */
  funnel_steps: {
    doc: 'funnel-sequence-completion-plugin',
    nullable: 'never',
    emit: (_call, time: Operand, span: Operand, ...steps: Operand[]) => {
      // The engine takes unsigned times: shifted, they keep their order.
      const at = sql`(toUInt64(ifNull(${time}, 0)) + 9223372036854775808)`;
      const window = { text: String(span.constant?.value ?? 0) };
      return sql`toInt64(windowFunnel(${window})(${at}, ${join(steps.map(condition))}))`;
    },
  },
};
