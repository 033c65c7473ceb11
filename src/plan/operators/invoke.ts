import { functionKind } from '../../kql/builtins.js';
import { calledBody, elements, member, type SyntaxNode } from '../../kql/syntax.js';
import { rowOf, unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { bindArguments, planBody } from '../user-functions.js';

/** `T | invoke f(…)`: the piped rows are the function's first argument. */
export const invoke: OperatorPlanner = (node, input, context) => {
  const call = member(node, 'Function');
  const body = calledBody(call);
  if (!body || functionKind(call.ReferencedSymbol) !== 'user') {
    throw unsupported(call, `invoke ${call.toString().trim()}`, 'the function is not known');
  }
  const parts = elements(member<SyntaxNode>(call, 'ArgumentList'), 'Expressions');
  const inner = bindArguments(call, parts, context, rowOf(input), input);
  return planBody(body, inner, (result, bodyContext) => context.plan.table(result, bodyContext));
};
