import { HuntError } from '../errors.js';
import { functionKind } from './builtins.js';
import { type Edit, originalSpan, type SourceText } from './source.js';
import {
  children,
  type Expression,
  elements,
  kindOf,
  optionalMember,
  type SyntaxNode,
  spanOf,
  textOf,
} from './syntax.js';

/** Queries that may name a database or a cluster. */
export function mayNameDatabases(query: string): boolean {
  return /\b(database|cluster)\b/.test(query);
}

/**
 * Edits by which `database("Name")` of the query's own database becomes `database()`. Before a name of
 * `declared`, which are functions for the binder and no members of a database, it goes.
 * @param names what the own database is called; letter case does not matter
 * @throws HuntError `kql.unsupported` where another database or cluster is named
 */
export function databaseEdits(
  root: SyntaxNode,
  names: readonly string[],
  declared: ReadonlySet<string>,
  source: SourceText,
): Edit[] {
  const own = new Set(names.map((name) => name.toLowerCase()));
  return databaseCalls(root).flatMap((call) => {
    const [name] = elements<Expression>(
      optionalMember<SyntaxNode>(call, 'ArgumentList'),
      'Expressions',
    );
    const isOwn = !name || own.has(String(name.ConstantValue ?? '').toLowerCase());
    const path = pathOf(call);
    if (optionalMember(call, 'Name')?.SimpleName !== 'database' || !isOwn) {
      const [called] = names;
      const hint = called === undefined ? '' : `; this one is called '${called}'`;
      const because = `other databases and clusters are not reachable${hint}`;
      const span = originalSpan(source, spanOf(path));
      throw new HuntError('kql.unsupported', { what: textOf(path), because }, { span });
    }
    const start = source.toOriginal(call.TextStart);
    const selector = path === call ? undefined : optionalMember(path, 'Selector');
    const member =
      selector?.SimpleName ?? (selector && optionalMember(selector, 'Name'))?.SimpleName;
    if (selector && member !== undefined && declared.has(member)) {
      return [{ start, length: source.toOriginal(selector.TextStart) - start, text: '' }];
    }
    return name ? [{ start, length: call.Width, text: 'database()' }] : [];
  });
}

/** The table's expression in `database().Table`. */
export function ownMember(node: SyntaxNode): Expression | undefined {
  if (kindOf(node) !== 'PathExpression') return undefined;
  const database = optionalMember(node, 'Expression');
  return database && textOf(database) === 'database()'
    ? optionalMember(node, 'Selector')
    : undefined;
}

/** The first calls of paths that are Microsoft's `database()` or `cluster()`. */
function databaseCalls(root: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const pending: SyntaxNode[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const called =
      kindOf(node) === 'FunctionCallExpression' ? optionalMember(node, 'Name') : undefined;
    const isCall = called !== undefined && /^(database|cluster)$/.test(called.SimpleName ?? '');
    if (isCall && functionKind(called.ReferencedSymbol) === 'scalar') found.push(node);
    pending.push(...children(node).filter(({ IsToken }) => !IsToken));
  }
  return found.sort((a, b) => a.TextStart - b.TextStart);
}

/** The whole of `cluster(…).database(…).Table`, of which the call is a part. */
function pathOf(call: SyntaxNode): SyntaxNode {
  let path = call;
  while (path.Parent && kindOf(path.Parent) === 'PathExpression') path = path.Parent;
  return path;
}
