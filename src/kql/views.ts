import type { Catalog } from '../catalog/types.js';
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

/**
 * Edits that name the query's own views behind each wildcard that stands for them too: the binder
 * knows stored tables alone. `union V*` becomes `union V*, View1, View2`, without `V*` where no stored
 * table is called so. In a fuzzy union a wildcard may stand for nothing.
 */
export function viewEdits(root: SyntaxNode, catalog: Catalog, source: SourceText): Edit[] {
  const views = viewNames(root, source.queryStart);
  return wildcards(root).flatMap(({ node, isFuzzy }) => {
    const pattern = textOf(node);
    const matches = matcher(pattern);
    const named = views.filter((name) => matches.test(name));
    const isStored = [...catalog.tables, ...catalog.legacyTables].some(({ name }) =>
      matches.test(name),
    );
    if (named.length === 0 && (isStored || !isFuzzy)) return [];
    const start = source.toOriginal(node.TextStart);
    const names = [...(isStored ? [pattern] : []), ...named];
    // In brackets it is the name of a single table, which a fuzzy union may lack.
    const text = names.length > 0 ? names.join(', ') : `['${pattern}']`;
    return [{ start, length: node.Width, text }];
  });
}

/** The names that a pattern such as `Device*` stands for. */
export function matcher(pattern: string): { readonly test: (name: string) => boolean } {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  return {
    test: (name) => {
      if (last === undefined) return name === first;
      // Each part as early as it comes: a regular expression would try all the places of all of them.
      let at = name.startsWith(first) ? first.length : -1;
      for (const part of parts) {
        const found = at < 0 ? -1 : name.indexOf(part, at);
        at = found < 0 ? -1 : found + part.length;
      }
      return at >= 0 && at <= name.length - last.length && name.endsWith(last);
    },
  };
}

/** `let Name = view () { … }` */
export function isView(declaration: SyntaxNode): boolean {
  return (
    kindOf(declaration) === 'FunctionDeclaration' &&
    optionalMember(declaration, 'ViewKeyword') !== undefined &&
    elements(member<SyntaxNode>(declaration, 'Parameters'), 'Parameters').length === 0
  );
}

function viewNames(root: SyntaxNode, from: number): string[] {
  return elements<SyntaxNode>(root, 'Statements').flatMap((statement) => {
    if (kindOf(statement) !== 'LetStatement' || statement.TextStart < from) return [];
    const name = member(statement, 'Name').SimpleName;
    return name && isView(member(statement, 'Expression')) ? [name] : [];
  });
}

interface Wildcard {
  readonly node: SyntaxNode;
  /** Its union does without what nobody knows. */
  readonly isFuzzy: boolean;
}

function wildcards(node: SyntaxNode): Wildcard[] {
  if (node.IsToken) return [];
  const kind = kindOf(node);
  const isFuzzy = kind === 'UnionOperator' && /\bisfuzzy\s*=\s*true\b/.test(parametersOf(node));
  const parts = ['UnionOperator', 'FindInClause', 'SearchInClause'].includes(kind)
    ? elements<SyntaxNode>(node, 'Expressions').filter(isWildcard)
    : [];
  return [...parts.map((part) => ({ node: part, isFuzzy })), ...children(node).flatMap(wildcards)];
}

function parametersOf(node: SyntaxNode): string {
  const parameters = optionalMember<SyntaxNode>(node, 'Parameters');
  return parameters ? textOf(parameters) : '';
}

function isWildcard(node: SyntaxNode): boolean {
  return kindOf(node) === 'NameReference' && textOf(node).includes('*');
}
