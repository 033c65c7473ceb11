import { columnsOf, member, scalarTypeOf } from '../../kql/syntax.js';
import { newColumn, noRow } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';

/** `range Name from Start to Stop step Step` */
export const range: OperatorPlanner = (node, _input, context) => {
  const [schema] = columnsOf(node.ResultType);
  const type = schema?.type ?? scalarTypeOf(member(node, 'From').ResultType);
  const stepType = type === 'datetime' ? 'timespan' : type;
  const column = newColumn(context, schema?.name ?? 'range', type);
  const value = (name: string) => planScalar(member(node, name), context, noRow);
  return {
    plan: {
      kind: 'range',
      column,
      from: converted(value('From'), type),
      to: converted(value('To'), type),
      step: converted(value('Step'), stepType),
    },
    columns: [column],
    order: [],
    ingestionTime: null,
  };
};
