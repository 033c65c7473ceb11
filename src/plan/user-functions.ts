import type { ScalarType } from '../catalog/types.js';
import { literalAs } from '../kql/literal-conversion.js';
import {
  calledBody,
  type Expression,
  elements,
  isTabular,
  kindOf,
  member,
  type SyntaxNode,
  scalarTypeOf,
  spanOf,
} from '../kql/syntax.js';
import { type PlanContext, type Row, type Variable, withVariables } from './context.js';
import { defaultValue } from './default-value.js';
import { nullLiteral, type PlanExpression, type Relation } from './plan.js';
import { planStatements } from './statements.js';
import { tableVariable } from './tables.js';

export type FunctionVariable = Extract<Variable, { kind: 'function' }>;

/** The body as bound for this call, or as declared where the call has none of its own. */
export function bodyOf(call: SyntaxNode, definition: FunctionVariable): SyntaxNode {
  const declared = member<SyntaxNode>(definition.declaration, 'Body');
  return calledBody(call, declared) ?? declared;
}

/**
 * The context in which a user function's body runs: the names of the place where the function was
 * declared, and its parameters. `piped` is the table that `invoke` hands to the first parameter.
 */
export function bindArguments(
  variable: FunctionVariable,
  given: readonly Expression[],
  context: PlanContext,
  row: Row,
  piped?: Relation,
): PlanContext {
  const parameters = elements<SyntaxNode>(
    member<SyntaxNode>(variable.declaration, 'Parameters'),
    'Parameters',
  );
  const byName = new Map<string, Expression>();
  const positional: Expression[] = [];
  for (const part of given) {
    if (kindOf(part) === 'SimpleNamedExpression') {
      byName.set(member(part, 'Name').SimpleName ?? '', member(part, 'Expression'));
    } else positional.push(part);
  }
  let rest = piped;
  const bound = parameters.map((parameter): readonly [string, Variable] => {
    const declaration = member<SyntaxNode>(parameter, 'NameAndType');
    const parameterName = member(declaration, 'Name').SimpleName ?? '';
    if (rest) {
      const table = rest;
      rest = undefined;
      return [parameterName, tableVariable(table, context)];
    }
    const argument = byName.get(parameterName) ?? positional.shift();
    if (argument && isTabular(argument.ResultType)) {
      return [parameterName, tableVariable(context.plan.table(argument, context), context)];
    }
    const type = scalarTypeOf(member(declaration, 'Type').ReferencedSymbol as never);
    if (argument) {
      const value = context.plan.scalar(argument, context, row);
      return [parameterName, { kind: 'scalar', expression: coerced(value, type, argument) }];
    }
    const value = defaultValue(parameter, variable.context) ?? nullLiteral(type);
    return [parameterName, { kind: 'scalar', expression: coerced(value, type, parameter) }];
  });
  return withVariables(variable.context, bound);
}

/** What a call hands over becomes what the parameter declares; a dynamic holds a value of any type as it is. */
function coerced(value: PlanExpression, type: ScalarType, node: SyntaxNode): PlanExpression {
  if (value.type === type || type === 'dynamic') return value;
  const literal = value.kind === 'literal' ? literalAs(value, type) : undefined;
  if (literal) return { kind: 'literal', ...literal };
  return { kind: 'call', name: `to${type}`, arguments: [value], type, span: spanOf(node) };
}

/** A function's body: its own `let` statements, then its result expression. */
export function planBody<Result>(
  body: SyntaxNode,
  context: PlanContext,
  result: (expression: Expression, context: PlanContext) => Result,
): Result {
  const inner = planStatements(elements<SyntaxNode>(body, 'Statements'), context);
  return result(member(body, 'Expression'), inner);
}
