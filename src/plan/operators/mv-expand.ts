import type { ScalarType } from '../../catalog/types.js';
import { HuntError, type TextSpan } from '../../errors.js';
import { takesNameOfArgument } from '../../kql/builtins.js';
import {
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  spanOf,
  textOf,
} from '../../kql/syntax.js';
import { passThrough } from '../assignments.js';
import { newColumn, noRow, type PlanContext, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  longLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  type UnnestNode,
} from '../plan.js';
import { planScalar } from '../scalar.js';

/** `T | mv-expand [kind=array] [with_itemindex=i] A, B = expression to typeof(long) limit N` */
export const mvExpand: OperatorPlanner = (node, input, context) => {
  const names = columnsOf(node.ResultType).map(({ name }) => name);
  const { relation, position } = expanded(input, expansionOf(node, names, context), context);
  return input.order.length > 0 ? { ...relation, order: [...input.order, position] } : relation;
};

export interface Expansion {
  readonly items: readonly SyntaxNode[];
  /** Column names that the binder gave the result, for expressions without one. */
  readonly names: readonly string[];
  /** The column that counts the elements of a row from 0. */
  readonly index: string | undefined;
  readonly span: TextSpan;
  /** Members of bags become pairs instead of bags of one member. */
  readonly pairs: boolean;
  readonly limit: PlanExpression | null;
}

export function expansionOf(
  node: Expression,
  names: readonly string[],
  context: PlanContext,
): Expansion {
  const kind = parameterText(node, 'bagexpansion') ?? parameterText(node, 'kind');
  const limit = optionalMember<SyntaxNode>(node, 'RowLimitClause');
  const isLegacy = /^mvexpand\b/.test(textOf(node).trimStart());
  return {
    items: elements<SyntaxNode>(node, 'Expressions'),
    names,
    index: parameterText(node, 'with_itemindex'),
    span: spanOf(node),
    pairs: kind === 'array',
    limit: limit
      ? planScalar(member(limit, 'RowLimit'), context, noRow)
      : isLegacy
        ? longLiteral(legacyLimit)
        : null,
  };
}

/** Rows that the operator's old spelling makes of one. */
const legacyLimit = 128;

export interface Expanded {
  readonly relation: Relation;
  /** Orders the rows that come of one row. */
  readonly position: Relation['order'][number];
}

/** One row for each value of the expressions' arrays, in parallel; shorter ones are padded with nulls. */
export function expanded(input: Relation, expansion: Expansion, context: PlanContext): Expanded {
  const row = rowOf(input);
  const columns: PlanColumn[] = [...input.columns];
  const unnested: UnnestNode['items'][number][] = [];
  const casts: PlanAssignment[] = [];
  const unnamed = expansion.names.filter(
    (name) => name !== expansion.index && !columns.some((column) => column.name === name),
  );
  for (const item of expansion.items) {
    const node = member(item, 'Expression');
    const isNamed = kindOf(node) === 'SimpleNamedExpression';
    const value = isNamed ? member(node, 'Expression') : node;
    const own = isNamed ? member(node, 'Name').SimpleName : nameOf(value);
    const name = own ?? unnamed[0] ?? 'Column1';
    const type = typeOf(optionalMember<SyntaxNode>(item, 'ToTypeOf')) ?? 'dynamic';
    const element = newColumn(context, name, type === 'string' ? 'string' : 'dynamic');
    unnested.push({
      column: element,
      expression: {
        kind: 'call',
        name: `${type === 'string' ? 'texts_of' : 'elements_of'}${expansion.pairs ? '_pairs' : ''}`,
        arguments: [planScalar(value, context, row)],
        type: element.type,
        span: spanOf(value),
      },
    });
    const column = type === element.type ? element : newColumn(context, name, type);
    if (column !== element) casts.push({ column, expression: cast(element, type, value) });
    const place = columns.findIndex((candidate) => candidate.name === name);
    if (place >= 0) columns[place] = column;
    else columns.push(column);
    if (unnamed.includes(name)) unnamed.splice(unnamed.indexOf(name), 1);
  }
  const { index: indexName, limit, span } = expansion;
  if (columns.some(({ name }) => name === indexName)) {
    const message = `A column with the name '${indexName}' is already declared`;
    throw new HuntError('kql.semantic', { message }, { span });
  }
  const index = indexName === undefined ? null : newColumn(context, indexName, 'long');
  const position = newColumn(context, 'position', 'long');
  const relation: Relation = {
    ...input,
    plan: { kind: 'unnest', input: input.plan, items: unnested, index, position, limit },
    columns: [...columns, ...(index ? [index] : [])],
  };
  return {
    relation: casts.length > 0 ? withCasts(relation, casts, position, context) : relation,
    position: { expression: columnReference(position), descending: false, nullsFirst: false },
  };
}

function cast(element: PlanColumn, type: ScalarType, node: Expression): PlanExpression {
  const span = spanOf(node);
  return { kind: 'call', name: 'element_as', arguments: [columnReference(element)], type, span };
}

function withCasts(
  relation: Relation,
  casts: readonly PlanAssignment[],
  position: PlanColumn,
  context: PlanContext,
): Relation {
  const made = new Set(casts.map(({ column }) => column));
  const others = relation.columns.filter((column) => !made.has(column));
  const passed = passThrough({ ...relation, columns: [...others, position] }, context);
  return {
    ...relation,
    plan: { kind: 'project', input: relation.plan, columns: [...passed, ...casts] },
  };
}

/** The name that the binder gives an expression after a column: `c`, `parse_json(c)`, `c.key`, `c[0]`. */
function nameOf(node: Expression): string | undefined {
  switch (kindOf(node)) {
    case 'NameReference':
      return node.SimpleName;
    case 'ParenthesizedExpression':
      return nameOf(member(node, 'Expression'));
    case 'FunctionCallExpression': {
      const [first] = elements(member<SyntaxNode>(node, 'ArgumentList'), 'Expressions');
      return first && takesNameOfArgument(node.ReferencedSymbol) ? nameOf(first) : undefined;
    }
    case 'PathExpression':
    case 'ElementExpression': {
      const base = nameOf(member(node, 'Expression'));
      return base === undefined ? undefined : `${base}_${selectorName(member(node, 'Selector'))}`;
    }
    default:
      return undefined;
  }
}

function selectorName(selector: Expression): string {
  if (kindOf(selector) !== 'BracketedExpression') return selector.SimpleName ?? '';
  const key = member(selector, 'Expression');
  return key.IsLiteral ? String(key.LiteralValue) : '';
}

function typeOf(clause: SyntaxNode | undefined): ScalarType | undefined {
  if (!clause) return undefined;
  const name = /typeof\s*\(\s*(\w+)/.exec(textOf(clause))?.[1] ?? '';
  return typeAliases[name];
}

const typeAliases: Readonly<Record<string, ScalarType>> = {
  bool: 'bool',
  boolean: 'bool',
  int: 'int',
  long: 'long',
  real: 'real',
  double: 'real',
  decimal: 'decimal',
  string: 'string',
  datetime: 'datetime',
  date: 'datetime',
  timespan: 'timespan',
  time: 'timespan',
  guid: 'guid',
  uuid: 'guid',
  uniqueid: 'guid',
  dynamic: 'dynamic',
};
