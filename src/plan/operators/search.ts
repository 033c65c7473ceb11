import { textStorageOf } from '../../catalog/text-storage.js';
import {
  children,
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  spanOf,
  type TypeSymbol,
} from '../../kql/syntax.js';
import { type PlanContext, type Row, rowOf, unsupported } from '../context.js';
import { knownValue } from '../known-value.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import { columnReference, type PlanExpression, stringLiteral } from '../plan.js';
import { planScalar, rowTexts } from '../scalar.js';
import { scanned, type UnionMember, unionMembers, unionOf, viewMembers } from './union.js';

/** `search [kind=case_sensitive] [in (T1, T*)] "term" and Column: "term" …`, leading or piped. */
export const search: OperatorPlanner = (node, input, context) => {
  const isSensitive = /^case-?_?sensitive$/.test(parameterText(node, 'kind') ?? '');
  const condition = member(node, 'Condition');
  const tables = searchedTables(node, input, context);
  // Behind a pipe the binder has let the query name the columns of all of them.
  const isResult = node.Parent !== null && kindOf(node.Parent) === 'ExpressionStatement';
  const read = isResult ? readBy(condition, tables) : tables;
  const members = read.map(({ relation, source }): UnionMember => {
    const row: Row = { ...rowOf(relation), lenient: true };
    const test = searchCondition(condition, context, row, searchForm(isSensitive, read));
    return {
      relation: { ...relation, plan: { kind: 'filter', input: relation.plan, condition: test } },
      source,
    };
  });
  return unionOf(members, { withSource: '$table' }, context);
};

/** Of more tables than these, a test for each of their columns would take longer to plan than to run. */
const mostThorough = 8;

interface SearchForm {
  readonly isSensitive: boolean;
  /** Columns of few different values are tested apart: each value once. */
  readonly isThorough: boolean;
}

export function searchForm(isSensitive: boolean, tables: readonly UnionMember[]): SearchForm {
  return { isSensitive, isThorough: tables.length <= mostThorough };
}

/** The tables that `search` and `find` look into: those named, the piped one, or all that are stored. */
export function searchedTables(
  node: Expression,
  input: UnionMember['relation'],
  context: PlanContext,
): UnionMember[] {
  const inClause = optionalMember<SyntaxNode>(node, 'InClause');
  if (inClause) {
    return elements(inClause, 'Expressions').flatMap((part) => unionMembers(part, context));
  }
  if (input.columns.length > 0) return [{ relation: input, source: input.name ?? '' }];
  const stored = context.catalog.tables.map((table) => scanned(node, table, context));
  return [...stored, ...viewMembers(context)];
}

/** The tables with a column that the condition names; a term or a star stands for all columns. */
export function readBy(
  condition: Expression,
  tables: readonly UnionMember[],
): readonly UnionMember[] {
  if (tables.length < 2) return tables;
  const named = new Set<string>();
  const pending: SyntaxNode[] = [condition];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (kindOf(node) === 'StarExpression' || isTerm(node)) return tables;
    if (kindOf(node) === 'NameReference') named.add(node.SimpleName ?? '');
    pending.push(...children(node));
  }
  return tables.filter(({ relation }) => relation.columns.some(({ name }) => named.has(name)));
}

/** A text in the place of a truth: written there, or by a name that is given to it. */
function isTerm(node: SyntaxNode): boolean {
  const type = 'ResultType' in node ? (node.ResultType as TypeSymbol | null) : null;
  if (/^(Compound)?StringLiteralExpression$/.test(kindOf(node))) return type?.Name === 'bool';
  return (
    kindOf(node) === 'NameReference' &&
    type?.Name === 'string' &&
    node.Parent !== null &&
    isOfTruths.test(kindOf(node.Parent))
  );
}

const isOfTruths = /^(And|Or|Parenthesized)Expression$|^(Search|Find)Operator$/;

/** A predicate in which a text alone is a term that any column may hold. */
export function searchCondition(
  node: Expression,
  context: PlanContext,
  row: Row,
  form: SearchForm,
): PlanExpression {
  const both = (name: string): PlanExpression => ({
    kind: 'call',
    name,
    arguments: ['Left', 'Right'].map((side) =>
      searchCondition(member(node, side), context, row, form),
    ),
    type: 'bool',
    span: spanOf(node),
  });
  switch (kindOf(node)) {
    case 'AndExpression':
      return both('and');
    case 'OrExpression':
      return both('or');
    case 'ParenthesizedExpression':
      return searchCondition(member(node, 'Expression'), context, row, form);
    case 'SearchExpression': {
      const subject = planScalar(member(node, 'Left'), context, row);
      const needle = member(node, 'Right');
      if (!needle.IsLiteral) return planScalar(node, context, row);
      return termTest(subject, String(needle.LiteralValue ?? ''), form.isSensitive, node);
    }
    case 'StarExpression':
      return { kind: 'literal', type: 'bool', value: true };
    case 'StringLiteralExpression':
    case 'CompoundStringLiteralExpression':
      return anyColumn(String(node.LiteralValue ?? ''), row, form, node);
    default: {
      const test = planScalar(node, context, row);
      if (test.type !== 'string') return test;
      const term = knownValue(test, context.evaluate);
      if (term.kind === 'literal') return anyColumn(String(term.value ?? ''), row, form, node);
      throw unsupported(node, 'a term of each row', 'it has to be constant, or compared');
    }
  }
}

/** Whether the term stands in one of the row's columns that hold text. */
function anyColumn(
  term: string,
  { columns }: Row,
  { isSensitive, isThorough }: SearchForm,
  node: Expression,
): PlanExpression {
  const apart = isThorough ? columns.filter((column) => textStorageOf(column) === 'few') : [];
  const rest = columns.filter((column) => !apart.includes(column));
  const subjects = [...apart.map(columnReference), rowTexts(rest, node)];
  const tests = subjects.map((subject) => termTest(subject, term, isSensitive, node));
  const [only] = tests;
  if (only && tests.length === 1) return only;
  return { kind: 'call', name: 'or', arguments: tests, type: 'bool', span: spanOf(node) };
}

/** `term`, `prefix*`, `*suffix`, `*part*`, `*` and stars between. */
function termTest(
  subject: PlanExpression,
  term: string,
  isSensitive: boolean,
  node: Expression,
): PlanExpression {
  const starts = term.startsWith('*');
  const ends = term.endsWith('*');
  const needle = term.replace(/^\*+|(?<!\*)\*+$/g, '');
  const test = (name: string, value: string): PlanExpression => ({
    kind: 'call',
    name: isSensitive && name !== 'matches regex' ? `${name}_cs` : name,
    arguments: [subject, stringLiteral(value)],
    type: 'bool',
    span: spanOf(node),
  });
  if (needle === '') {
    return {
      kind: 'call',
      name: 'isnotempty',
      arguments: [subject],
      type: 'bool',
      span: spanOf(node),
    };
  }
  if (needle.includes('*')) {
    const pattern = needle.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const edges = [starts ? '' : '\\b', ends ? '' : '\\b'] as const;
    return test(
      'matches regex',
      `${isSensitive ? '' : '(?i)'}${edges[0]}${pattern.join('.*')}${edges[1]}`,
    );
  }
  if (starts && ends) return test('contains', needle);
  if (starts) return test('hassuffix', needle);
  if (ends) return test('hasprefix', needle);
  return test('has', needle);
}
