import type { TextSpan } from '../errors.js';
import type { BoundQuery } from './bind.js';
import { kindOf, member, optionalMember, type SyntaxNode, spanOf, textOf } from './syntax.js';

/** What would make a query faster, or what it may not mean. */
export interface QueryHint extends TextSpan {
  readonly message: string;
  /** What to write instead, where that is certain. */
  readonly fix?: { readonly start: number; readonly length: number; readonly text: string };
}

interface Hint {
  readonly message: string;
  /** The part of the query that it is about. */
  readonly node: SyntaxNode;
  /** What to write there instead. */
  readonly instead?: string;
}

type Rule = (node: SyntaxNode) => Hint | undefined;

const term = /^[A-Za-z0-9]{3,}$/;

const containsRule =
  (instead: string): Rule =>
  (node) => {
    const [operator, right] = [member<SyntaxNode>(node, 'Operator'), member(node, 'Right')];
    const { LiteralValue: text } = right;
    if (typeof text !== 'string' || !term.test(text)) return undefined;
    const message = `'${textOf(operator)}' looks into every value. '${instead}' finds whole terms through the index.`;
    return { message, node: operator, instead };
  };

const caseRule =
  (instead: string): Rule =>
  (node) => {
    const left = member<SyntaxNode>(node, 'Left');
    const name = kindOf(left) === 'FunctionCallExpression' && optionalMember(left, 'Name');
    if (!name || !/^to(lower|upper)$/.test(name.SimpleName ?? '')) return undefined;
    const message = `'${instead}' compares without regard to case, and needs no ${name.SimpleName}().`;
    return { message, node: left };
  };

/** By the kind of syntax that they look at. */
const rules: Readonly<Record<string, Rule>> = {
  ContainsExpression: containsRule('has'),
  NotContainsExpression: containsRule('!has'),
  ContainsCsExpression: containsRule('has_cs'),
  NotContainsCsExpression: containsRule('!has_cs'),
  EqualExpression: caseRule('=~'),
  NotEqualExpression: caseRule('!~'),
  MatchesRegexExpression: (node) => {
    const message =
      "'matches regex' looks into every value. A 'has' before it lets the index leave most of them out.";
    return { message, node: member<SyntaxNode>(node, 'Operator') };
  },
  SearchOperator: (node) => {
    if (optionalMember(node, 'InClause') || !startsPipe(node)) return undefined;
    const message = 'This reads every table. Name those that matter: search in (Table, …) "text".';
    return { message, node: member<SyntaxNode>(node, 'SearchKeyword') };
  },
  FindOperator: (node) => {
    if (optionalMember(node, 'InClause')) return undefined;
    const message = 'This reads every table. Name those that matter: find in (Table, …) where ….';
    return { message, node: member<SyntaxNode>(node, 'FindKeyword') };
  },
  JoinOperator: (node) => {
    if (/\bkind\s*=/.test(textOf(node).split('(', 1)[0] ?? '')) return undefined;
    const message =
      'Without kind= a join keeps one row of the left side for each key. kind=inner keeps them all.';
    return { message, node: member<SyntaxNode>(node, 'JoinKeyword') };
  },
};

const maxHints = 50;

/** The hints on a query, in its order. */
export function hintsOn(bound: BoundQuery): QueryHint[] {
  const found: QueryHint[] = [];
  const pending: SyntaxNode[] = [bound.root];
  for (let node = pending.pop(); node && found.length < maxHints; node = pending.pop()) {
    const hint = rules[kindOf(node)]?.(node);
    if (hint) found.push(placed(hint, bound));
    for (let index = node.ChildCount - 1; index >= 0; index--) {
      const child = node.GetChild(index);
      if (child && !child.IsToken) pending.push(child);
    }
  }
  // What was supplied to the query before it was bound is not its author's.
  return found.filter(({ length }) => length > 0);
}

/** A hint for each of the tables, where the query first names it. */
export function hintsOnTables(
  bound: BoundQuery,
  tables: ReadonlySet<string>,
  message: (table: string) => string,
): QueryHint[] {
  const found = new Map<string, QueryHint>();
  const pending: SyntaxNode[] = [bound.root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const name = node.ReferencedSymbol?.Name ?? '';
    if (kindOf(node) === 'NameReference' && tables.has(name) && !found.has(name)) {
      const span = bound.spanInQuery(spanOf(node));
      if (span.length > 0) found.set(name, { message: message(name), ...span });
    }
    for (let index = node.ChildCount - 1; index >= 0; index--) {
      const child = node.GetChild(index);
      if (child && !child.IsToken) pending.push(child);
    }
  }
  return [...found.values()];
}

function placed({ message, node, instead }: Hint, bound: BoundQuery): QueryHint {
  const span = bound.spanInQuery(spanOf(node));
  return { message, ...span, ...(instead !== undefined && { fix: { ...span, text: instead } }) };
}

function startsPipe(node: SyntaxNode): boolean {
  const { Parent: parent } = node;
  return !parent || kindOf(parent) !== 'PipeExpression' || parent.GetChild(0) === node;
}
