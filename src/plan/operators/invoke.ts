import { elements, member, type SyntaxNode } from '../../kql/syntax.js';
import { rowOf, unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { bindArguments, bodyOf, planBody } from '../user-functions.js';

/** `T | invoke f(…)`: the piped rows are the function's first argument. */
export const invoke: OperatorPlanner = (node, input, context) => {
  const call = member(node, 'Function');
  const name = member(call, 'Name').SimpleName ?? '';
  const definition = context.variables.get(name);
  if (definition?.kind !== 'function') {
    throw unsupported(call, `invoke ${name}()`, 'the function is not known');
  }
  const parts = elements(member<SyntaxNode>(call, 'ArgumentList'), 'Expressions');
  const inner = bindArguments(definition, parts, context, rowOf(input), input);
  return planBody(bodyOf(call, definition), inner, (result, bodyContext) =>
    context.plan.table(result, bodyContext),
  );
};
