import type { Edit, SourceText } from './source.js';
import {
  children,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  textOf,
} from './syntax.js';

/** Queries that may have a form of the service's which the parser knows by another spelling. */
export function mayBeRespelled(query: string): boolean {
  return /\b(find|search)\b/.test(query) || query.split('|').some(hasExpansionWithTake);
}

const expansion = /\bmv-?(expand|apply)\b/;

function hasExpansionWithTake(step: string): boolean {
  const start = step.search(expansion);
  return start >= 0 && /\btake\b/.test(step.slice(start));
}

/** The edits that give such forms the spelling that the parser knows. */
export function spellingEdits(node: SyntaxNode, source: SourceText): Edit[] {
  if (node.IsToken) return [];
  switch (kindOf(node)) {
    case 'FindProjectClause':
      return packEdits(node, source);
    case 'SearchOperator':
      return starEdits(node, source);
    case 'MvExpandOperator':
    case 'MvApplyOperator':
      return [
        ...limitEdits(node, source),
        ...children(node).flatMap((child) => spellingEdits(child, source)),
      ];
    default:
      return children(node).flatMap((child) => spellingEdits(child, source));
  }
}

/** `find … project A, pack_all()`: `pack(*)` in earlier days. */
function packEdits(clause: SyntaxNode, source: SourceText): Edit[] {
  return elements<SyntaxNode>(clause, 'Columns').flatMap((column) => {
    if (column.SimpleName !== 'pack_all') return [];
    const end = column.TextStart + column.Width;
    const call = /^\s*\(\s*\)/.exec(source.text.slice(end))?.[0];
    if (call === undefined) return [];
    const start = source.toOriginal(column.TextStart);
    return [{ start, length: column.Width + call.length, text: 'pack(*)' }];
  });
}

/** `mv-expand A take 10`: `limit`, which is what `take` is elsewhere too. The parser misses a comma before it. */
function limitEdits(expand: SyntaxNode, source: SourceText): Edit[] {
  return elements<SyntaxNode>(expand, 'Expressions').flatMap((part) => {
    if (textOf(part) !== 'take') return [];
    if (source.text.slice(0, part.TextStart).trimEnd().endsWith(',')) return [];
    const start = source.toOriginal(part.TextStart);
    return [{ start, length: part.Width, text: 'limit' }];
  });
}

/** `search * and Condition`: every row, of which those that meet the condition. */
function starEdits(search: SyntaxNode, source: SourceText): Edit[] {
  const condition = optionalMember<SyntaxNode>(search, 'Condition');
  if (!condition || kindOf(condition) !== 'AndExpression') return [];
  const star = member<SyntaxNode>(condition, 'Left');
  if (kindOf(star) !== 'StarExpression') return [];
  const start = source.toOriginal(star.TextStart);
  const length = source.toOriginal(member<SyntaxNode>(condition, 'Right').TextStart) - start;
  return [{ start, length, text: '' }];
}
