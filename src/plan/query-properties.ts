import {
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
} from '../kql/syntax.js';

/** The value that a `set` statement of the query around a node gives to a property. */
export function queryProperty(node: SyntaxNode, name: string): Expression | undefined {
  const block = queryAround(node);
  const values = elements<SyntaxNode>(block, 'Statements').flatMap((statement) => {
    if (kindOf(statement) !== 'SetOptionStatement') return [];
    if (member(statement, 'Name').SimpleName?.toLowerCase() !== name) return [];
    const clause = optionalMember<SyntaxNode>(statement, 'ValueClause');
    return clause ? [member(clause, 'Expression')] : [];
  });
  return values.at(-1);
}

function queryAround(node: SyntaxNode): SyntaxNode {
  let top = node;
  while (top.Parent) top = top.Parent;
  return top;
}
