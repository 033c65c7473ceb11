import { elements, kindOf, member } from '../../kql/syntax.js';
import { noRow, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { planScalar } from '../scalar.js';
import { ordered, sortKeys } from './sort.js';
import { limited } from './take.js';

/** `T | top N by Key`: a sort and a limit, so that later stages know two nodes and not three. */
export const top: OperatorPlanner = (node, input, context) => {
  const by = member(node, 'ByExpression');
  const nodes = kindOf(by) === 'List' ? elements(by) : [by];
  const keys = nodes.flatMap((key) => sortKeys(key, context, rowOf(input)));
  const count = planScalar(member(node, 'Expression'), context, noRow);
  return limited(ordered(input, keys, context), count, context);
};
