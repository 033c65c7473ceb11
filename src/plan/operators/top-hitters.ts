import { columnsOf, member, optionalMember, spanOf } from '../../kql/syntax.js';
import { newColumn, noRow, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { columnReference, type Relation } from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import { limited } from './take.js';

/** `T | top-hitters N of Column by Weight`: exact here, where Kusto approximates. */
export const topHitters: OperatorPlanner = (node, input, context) => {
  const row = rowOf(input);
  const value = planScalar(member(node, 'OfExpression'), context, row);
  const by = optionalMember(node, 'ByClause');
  const weight = by && planScalar(member(by, 'Expression'), context, row);
  const schema = columnsOf(node.ResultType);
  const column = newColumn(context, schema[0]?.name ?? 'value', value.type);
  const size = newColumn(context, schema[1]?.name ?? 'count', schema[1]?.type ?? 'long');
  const partition = context.partition.map((key) => ({
    column: key,
    expression: columnReference(key),
  }));
  const counted: Relation = {
    plan: {
      kind: 'aggregate',
      input: input.plan,
      keys: [...partition, { column, expression: value }],
      aggregates: [
        {
          column: size,
          name: weight ? 'sum' : 'count',
          arguments: weight ? [weight] : [],
          position: null,
          span: spanOf(node),
        },
      ],
    },
    columns: [column, size],
    order: [{ expression: columnReference(size), descending: true, nullsFirst: false }],
    ingestionTime: null,
  };
  const count = converted(planScalar(member(node, 'Expression'), context, noRow), 'long');
  return limited(counted, count, context);
};
