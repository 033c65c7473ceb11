import type { Catalog } from '../catalog/types.js';
import { HuntError, type TextSpan } from '../errors.js';
import { functionKind } from './builtins.js';
import type { Edit, SourceText } from './source.js';
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

/** Whether functions of the catalog may name a database or a cluster. */
export function functionsNameDatabases(catalog: Catalog): boolean {
  const known = naming.get(catalog);
  if (known !== undefined) return known;
  const isNaming = catalog.functions.some(({ body }) => mayNameDatabases(body));
  naming.set(catalog, isNaming);
  return isNaming;
}

const naming = new WeakMap<Catalog, boolean>();

/**
 * Edits by which `database("Name")` of the query's own database becomes `database()`, whatever cluster the query
 * looks for it in: there is one. Before a name of `declared`, which are functions for the binder and no members of
 * a database, it goes.
 * @param names what the own database is called; letter case does not matter
 * @param placeOf where the query is to be blamed, and how that is said
 * @throws HuntError `kql.unsupported` where another database or cluster is named
 */
export function databaseEdits(
  root: SyntaxNode,
  names: readonly string[],
  declared: ReadonlySet<string>,
  source: SourceText,
  placeOf: (span: TextSpan) => { readonly span: TextSpan; readonly where: string },
): Edit[] {
  const own = new Set(names.map((name) => name.toLowerCase()));
  return databaseCalls(root).flatMap((call) => {
    const path = pathOf(call);
    const database = ownDatabase(call, own);
    if (!database) {
      const [called] = names;
      const hint = called === undefined ? '' : `; this one is called '${called}'`;
      const because = `other databases and clusters are not reachable${hint}`;
      const { span, where } = placeOf(spanOf(path));
      throw new HuntError('kql.unsupported', { what: textOf(path) + where, because }, { span });
    }
    const start = source.toOriginal(call.TextStart);
    const selector = selectorOf(database);
    const member =
      selector?.SimpleName ?? (selector && optionalMember(selector, 'Name'))?.SimpleName;
    if (selector && member !== undefined && declared.has(member)) {
      return [{ start, length: source.toOriginal(selector.TextStart) - start, text: '' }];
    }
    if (textOf(call) === ownText) return [];
    const length = source.toOriginal(database.TextStart + database.Width) - start;
    return [{ start, length, text: ownText }];
  });
}

const ownText = 'database()';

/** The call of `database(…)` in `database(…).Table` or `cluster(…).database("Name").Table`, where it is the own one. */
function ownDatabase(call: SyntaxNode, own: ReadonlySet<string>): SyntaxNode | undefined {
  const isCluster = nameOf(call) === 'cluster';
  const database = isCluster ? selectorOf(call) : call;
  if (!database || nameOf(database) !== 'database') return undefined;
  const [name] = elements<Expression>(
    optionalMember<SyntaxNode>(database, 'ArgumentList'),
    'Expressions',
  );
  // A cluster has no database that goes without saying.
  if (!name) return isCluster ? undefined : database;
  return own.has(String(name.ConstantValue ?? '').toLowerCase()) ? database : undefined;
}

function nameOf(call: SyntaxNode): string | undefined {
  return optionalMember(call, 'Name')?.SimpleName;
}

/** What stands behind the dot that follows. */
function selectorOf(call: SyntaxNode): Expression | undefined {
  const path = isOfCluster(call) ? call.Parent?.Parent : call.Parent;
  return path && kindOf(path) === 'PathExpression' ? optionalMember(path, 'Selector') : undefined;
}

/** The table's expression in `database().Table`. */
export function ownMember(node: SyntaxNode): Expression | undefined {
  if (kindOf(node) !== 'PathExpression') return undefined;
  const database = optionalMember(node, 'Expression');
  return database && textOf(database) === ownText ? optionalMember(node, 'Selector') : undefined;
}

/** The first calls of paths that are Microsoft's `database()` or `cluster()`. */
function databaseCalls(root: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const pending: SyntaxNode[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const called =
      kindOf(node) === 'FunctionCallExpression' ? optionalMember(node, 'Name') : undefined;
    const isCall = called !== undefined && /^(database|cluster)$/.test(called.SimpleName ?? '');
    if (isCall && !isOfCluster(node) && functionKind(called.ReferencedSymbol) === 'scalar') {
      found.push(node);
    }
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

/** It stands behind the dot of `cluster(…).database(…)`, and is dealt with there. */
function isOfCluster(call: SyntaxNode): boolean {
  const path = call.Parent;
  if (!path || kindOf(path) !== 'PathExpression') return false;
  const before = optionalMember<SyntaxNode>(path, 'Expression');
  return before !== undefined && before !== call && nameOf(before) === 'cluster';
}
