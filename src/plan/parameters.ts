import { type Expression, elements, member, type SyntaxNode, textOf } from '../kql/syntax.js';

/** The value of an operator's parameter (`kind=inner`, `withsource=Table`), or undefined. */
export function parameterNode(node: SyntaxNode, name: string): Expression | undefined {
  for (const parameter of elements<SyntaxNode>(node, 'Parameters')) {
    if (member(parameter, 'Name').SimpleName === name) return member(parameter, 'Expression');
  }
  return undefined;
}

export function parameterText(node: SyntaxNode, name: string): string | undefined {
  const value = parameterNode(node, name);
  if (!value) return undefined;
  if (value.SimpleName) return value.SimpleName;
  if (value.IsLiteral && typeof value.LiteralValue === 'string') return value.LiteralValue;
  return textOf(value);
}
