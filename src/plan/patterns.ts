import {
  type Expression,
  elements,
  member,
  optionalMember,
  type SyntaxNode,
  textOf,
} from '../kql/syntax.js';
import { noRow, type PlanContext, unsupported, type Variable, withVariables } from './context.js';
import type { Relation } from './plan.js';
import { constantText } from './scalar.js';
import { planBody } from './user-functions.js';

type PatternVariable = Extract<Variable, { kind: 'pattern' }>;

/** A call of a `declare pattern`: the body of the case whose values equal the arguments'. */
export function planPattern(
  call: Expression,
  pattern: PatternVariable,
  given: readonly Expression[],
  context: PlanContext,
  path?: string,
): Relation {
  const values = given.map((part) => constantText(part, context, noRow));
  const { declaration } = pattern;
  const match = elements<SyntaxNode>(declaration, 'Patterns').find((candidate) => {
    const wanted = elements(member<SyntaxNode>(candidate, 'ParameterValues'), 'Expressions');
    const place = optionalMember<SyntaxNode>(candidate, 'PathValue');
    const wantedPath = place && String(member(place, 'Value').LiteralValue);
    return (
      wantedPath === path &&
      wanted.length === values.length &&
      wanted.every((value, index) => constantText(value, context, noRow) === values[index])
    );
  });
  if (!match) throw unsupported(call, textOf(call), 'no case of the pattern has these values');
  const names = elements<SyntaxNode>(declaration, 'Parameters').map(
    (parameter) => member(parameter, 'Name').SimpleName ?? '',
  );
  const bound = given.map((part, index): readonly [string, Variable] => [
    names[index] ?? '',
    { kind: 'scalar', expression: context.plan.scalar(part, context, noRow) },
  ]);
  const inner = withVariables(pattern.context, bound);
  return planBody(member<SyntaxNode>(match, 'Body'), inner, (result, bodyContext) =>
    context.plan.table(result, bodyContext),
  );
}

/** `pattern(values).["path"]` */
export function planPatternPath(node: Expression, context: PlanContext): Relation {
  const call = member(node, 'Expression');
  const name = optionalMember(call, 'Name')?.SimpleName ?? '';
  const pattern = context.variables.get(name);
  if (pattern?.kind !== 'pattern') {
    throw unsupported(node, textOf(node), 'other databases and clusters are not reachable');
  }
  const selector = member(node, 'Selector');
  const path = selector.SimpleName ?? String(optionalMember(selector, 'Expression')?.LiteralValue);
  const given = elements(member<SyntaxNode>(call, 'ArgumentList'), 'Expressions');
  return planPattern(call, pattern, given, context, path);
}
