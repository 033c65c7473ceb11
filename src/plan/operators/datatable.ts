import { literalAs } from '../../kql/literal-conversion.js';
import { columnsOf, elements } from '../../kql/syntax.js';
import { newColumn, noRow } from '../context.js';
import type { SourcePlanner } from '../operator.js';
import type { PlanExpression } from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';

/** `datatable (Name: type, …) [values]` */
export const datatable: SourcePlanner = (node, context) => {
  const columns = columnsOf(node.ResultType).map(({ name, type }) =>
    newColumn(context, name, type),
  );
  const values = elements(node, 'Values').map((value, index): PlanExpression => {
    const column = columns[index % columns.length];
    const expression = planScalar(value, context, noRow);
    if (expression.kind === 'literal' && expression.value === null && column) {
      return column.type === 'string'
        ? { kind: 'literal', type: 'string', value: '' }
        : { kind: 'literal', type: column.type, value: null };
    }
    if (!column) return expression;
    const literal = expression.kind === 'literal' ? literalAs(expression, column.type) : undefined;
    return literal ? { kind: 'literal', ...literal } : converted(expression, column.type);
  });
  const rows = Array.from(
    { length: Math.floor(values.length / Math.max(columns.length, 1)) },
    (_, row) => values.slice(row * columns.length, (row + 1) * columns.length),
  );
  return { plan: { kind: 'values', columns, rows }, columns, order: [], ingestionTime: null };
};
