import { columnsOf, member } from '../../kql/syntax.js';
import { passThrough } from '../assignments.js';
import { newColumn, noRow, type PlanContext, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { columnReference, type Relation } from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import { limited } from './take.js';

/** `T | sample N`: rows by chance, of each partition where there are some. */
export const sample: OperatorPlanner = (node, input, context) => {
  const chance = newColumn(context, 'chance', 'real');
  const expression = {
    kind: 'call',
    name: 'rand',
    arguments: [],
    type: 'real',
    span: { start: 0, length: 0 },
  } as const;
  const columns = [...passThrough(input, context), { column: chance, expression }];
  const shuffled: Relation = {
    ...input,
    plan: { kind: 'project', input: input.plan, columns },
    order: [{ expression: columnReference(chance), descending: false, nullsFirst: false }],
  };
  const count = converted(planScalar(member(node, 'Expression'), context, noRow), 'long');
  return { ...limited(shuffled, count, context), order: [] };
};

/** `T | sample-distinct N of Column`: some values of the column, each once. */
export const sampleDistinct: OperatorPlanner = (node, input, context) => {
  const count = converted(planScalar(member(node, 'Expression'), context, noRow), 'long');
  const expression = planScalar(member(node, 'OfExpression'), context, rowOf(input));
  const name = columnsOf(node.ResultType)[0]?.name ?? 'value';
  return limited(distinctValues(input, name, expression, context), count, context);
};

function distinctValues(
  input: Relation,
  name: string,
  expression: ReturnType<typeof planScalar>,
  context: PlanContext,
): Relation {
  const column = newColumn(context, name, expression.type);
  const partition = context.partition.map((key) => ({
    column: key,
    expression: columnReference(key),
  }));
  return {
    plan: {
      kind: 'aggregate',
      input: input.plan,
      keys: [...partition, { column, expression }],
      aggregates: [],
    },
    columns: [column],
    order: [],
    ingestionTime: null,
  };
}
