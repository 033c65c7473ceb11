import { columnsOf, spanOf } from '../../kql/syntax.js';
import { newColumn } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { columnReference } from '../plan.js';

/** `T | count` */
export const count: OperatorPlanner = (node, input, context) => {
  const column = newColumn(context, columnsOf(node.ResultType)[0]?.name ?? 'Count', 'long');
  return {
    plan: {
      kind: 'aggregate',
      input: input.plan,
      keys: context.partition.map((key) => ({ column: key, expression: columnReference(key) })),
      aggregates: [{ column, name: 'count', arguments: [], position: null, span: spanOf(node) }],
    },
    columns: [column],
    order: [],
    ingestionTime: null,
  };
};
