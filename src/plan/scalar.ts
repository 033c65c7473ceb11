import type { ScalarType } from '../catalog/types.js';
import { HuntError } from '../errors.js';
import { symbolKind } from '../kql/builtins.js';
import { isCurrentTime, type LiteralValue, literalValue } from '../kql/literals.js';
import {
  columnsOf,
  type Expression,
  elements,
  isTabular,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  scalarTypeOf,
  spanOf,
  textOf,
} from '../kql/syntax.js';
import { foldConstant } from './constant.js';
import { apartFromRows, noRow, type PlanContext, type Row, unsupported } from './context.js';
import { knownValue } from './known-value.js';
import { momentOf } from './moment.js';
import { partOf, partScalar } from './part-scalar.js';
import {
  type CallExpression,
  columnReference,
  longLiteral,
  nullLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from './plan.js';
import { queryProperty } from './query-properties.js';
import { resultType } from './result-types.js';
import { bindArguments, bodyOf, type FunctionVariable, planBody } from './user-functions.js';
import { isVolatile } from './volatile.js';

const binaryOperators: Readonly<Record<string, string>> = {
  AddExpression: '+',
  SubtractExpression: '-',
  MultiplyExpression: '*',
  DivideExpression: '/',
  ModuloExpression: '%',
  LessThanExpression: '<',
  LessThanOrEqualExpression: '<=',
  GreaterThanExpression: '>',
  GreaterThanOrEqualExpression: '>=',
  EqualExpression: '==',
  NotEqualExpression: '!=',
  EqualTildeExpression: '=~',
  BangTildeExpression: '!~',
  HasExpression: 'has',
  HasCsExpression: 'has_cs',
  NotHasExpression: '!has',
  NotHasCsExpression: '!has_cs',
  HasPrefixExpression: 'hasprefix',
  HasPrefixCsExpression: 'hasprefix_cs',
  NotHasPrefixExpression: '!hasprefix',
  NotHasPrefixCsExpression: '!hasprefix_cs',
  HasSuffixExpression: 'hassuffix',
  HasSuffixCsExpression: 'hassuffix_cs',
  NotHasSuffixExpression: '!hassuffix',
  NotHasSuffixCsExpression: '!hassuffix_cs',
  ContainsExpression: 'contains',
  ContainsCsExpression: 'contains_cs',
  NotContainsExpression: '!contains',
  NotContainsCsExpression: '!contains_cs',
  StartsWithExpression: 'startswith',
  StartsWithCsExpression: 'startswith_cs',
  NotStartsWithExpression: '!startswith',
  NotStartsWithCsExpression: '!startswith_cs',
  EndsWithExpression: 'endswith',
  EndsWithCsExpression: 'endswith_cs',
  NotEndsWithExpression: '!endswith',
  NotEndsWithCsExpression: '!endswith_cs',
  MatchesRegexExpression: 'matches regex',
  LikeExpression: 'like',
  LikeCsExpression: 'likecs',
  NotLikeExpression: 'notlike',
  NotLikeCsExpression: 'notlikecs',
  SearchExpression: ':',
};

const listOperators: Readonly<Record<string, string>> = {
  InExpression: 'in',
  InCsExpression: 'in~',
  NotInExpression: '!in',
  NotInCsExpression: '!in~',
  HasAnyExpression: 'has_any',
  HasAllExpression: 'has_all',
};

/** A scalar expression of the query as a plan expression over the row's columns. */
export function planScalar(node: Expression, context: PlanContext, row: Row): PlanExpression {
  const kind = kindOf(node);
  if (kind === 'AndExpression' || kind === 'OrExpression') return planLogical(node, context, row);
  const binary = binaryOperators[kind];
  if (binary) return planBinary(node, binary, context, row);
  const list = listOperators[kind];
  if (list) return planList(node, list, context, row);
  switch (kind) {
    case 'ParenthesizedExpression':
      return planScalar(member(node, 'Expression'), context, row);
    case 'SimpleNamedExpression':
      return planScalar(member(node, 'Expression'), context, row);
    case 'NameReference':
      return planName(node, context, row);
    case 'FunctionCallExpression':
      return planCall(node, context, row);
    case 'PathExpression':
    case 'ElementExpression':
      return planAccess(node, context, row);
    case 'UnaryMinusExpression': {
      const value = planScalar(member(node, 'Expression'), context, row);
      if (value.type === 'datetime') {
        throw unsupported(node, "'-' before a datetime", 'a moment has no opposite');
      }
      return call(node, 'negate', [value]);
    }
    case 'UnaryPlusExpression':
      return planScalar(member(node, 'Expression'), context, row);
    case 'BetweenExpression':
      return planBetween(node, 'between', context, row);
    case 'NotBetweenExpression':
      return planBetween(node, '!between', context, row);
    case 'ToScalarExpression':
      return planToScalar(member(node, 'Expression'), node, context);
    case 'TypeOfLiteralExpression':
      return stringLiteral(textOf(node));
    case 'StarExpression':
      throw unsupported(node, "'*'", 'it cannot stand in this place');
    default:
      if (isCurrentTime(node)) return momentOf(context.scope);
      if (node.IsLiteral) return literal(literalValue(node, () => todayOf(context)));
      if (isTabular(node.ResultType)) return planToScalar(node, node, context);
      throw unsupported(
        node,
        `${kind} (${textOf(node).slice(0, 40)})`,
        'Quarry does not know this form',
      );
  }
}

const dayMs = 86_400_000;

function todayOf({ scope }: PlanContext): bigint {
  return BigInt(Math.floor(scope.now.getTime() / dayMs) * dayMs) * 10_000n;
}

function literal(value: LiteralValue): PlanExpression {
  return { kind: 'literal', ...value };
}

/** A call whose result type is the node's. */
function call(
  node: Expression,
  name: string,
  parts: readonly PlanExpression[],
  type: ScalarType = scalarTypeOf(node.ResultType),
): PlanExpression {
  const span = spanOf(node);
  const expression: CallExpression = { kind: 'call', name, arguments: parts, type, span };
  const size = parts.reduce((sum, part) => sum + (sizes.get(part) ?? 1), 1);
  if (size > largestExpression) {
    const because = 'written out, it would be too long';
    throw new HuntError(
      'kql.unsupported',
      { what: 'An expression of this size', because },
      { span },
    );
  }
  sizes.set(expression, size);
  return foldConstant(expression);
}

/** Calls and what they are made of; lets that use the one before twice double it each time. */
const largestExpression = 1_000_000;
const sizes = new WeakMap<PlanExpression, number>();

/** `a and b and c` as one flat call: published lists of hundreds of terms would nest too deep. */
function planLogical(node: Expression, context: PlanContext, row: Row): PlanExpression {
  const kind = kindOf(node);
  const terms: Expression[] = [];
  const pending: Expression[] = [node];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (kindOf(next) === kind) pending.push(member(next, 'Right'), member(next, 'Left'));
    else if (
      kindOf(next) === 'ParenthesizedExpression' &&
      kindOf(member(next, 'Expression')) === kind
    ) {
      pending.push(member(next, 'Expression'));
    } else terms.push(next);
  }
  const name = kind === 'AndExpression' ? 'and' : 'or';
  return call(
    node,
    name,
    terms.map((term) => planScalar(term, context, row)),
    'bool',
  );
}

function planBinary(
  node: Expression,
  name: string,
  context: PlanContext,
  row: Row,
): PlanExpression {
  const left = member(node, 'Left');
  const right = planScalar(member(node, 'Right'), context, row);
  if (kindOf(left) === 'StarExpression' && name === 'matches regex') {
    const texts = textColumns(row.columns).map(columnReference);
    return call(node, 'any_matches_regex', [right, ...texts], 'bool');
  }
  if (kindOf(left) === 'StarExpression' && standsAnywhere.test(name) && isOneLine(right)) {
    const texts = rowTexts(row.columns, node);
    return call(node, name, [texts, right], 'bool');
  }
  if (kindOf(left) === 'StarExpression') return anyColumn(node, name, [right], row);
  return call(node, name, [planScalar(left, context, row), right]);
}

/** Operators whose needle may stand anywhere in the text: one text of the whole row serves for all columns. */
const standsAnywhere = /^(has|has_cs|contains|contains_cs|hasprefix|hassuffix)$/;

function isOneLine(needle: PlanExpression): boolean {
  return needle.kind === 'literal' && !String(needle.value).includes('\n');
}

/**
 * The row's texts, one a line. One predicate over it is planned in no time, where hundreds over the
 * columns of many tables take seconds; no needle of one line can match across two of them.
 */
export function rowTexts(columns: readonly PlanColumn[], node: Expression): PlanExpression {
  return call(node, 'row_texts', textColumns(columns).map(columnReference), 'string');
}

/** Operators that KQL defines for texts alone: a star before them stands for the columns that have some. */
const isOfTexts = /^!?(has|contains|startswith|endswith|hasprefix|hassuffix)(_|$)/;

/** `* op …`: whether it holds for one of the columns. */
function anyColumn(
  node: Expression,
  name: string,
  parts: readonly PlanExpression[],
  row: Row,
): PlanExpression {
  const columns = isOfTexts.test(name) ? textColumns(row.columns) : row.columns;
  if (columns.length === 0) return { kind: 'literal', type: 'bool', value: false };
  const terms = columns.map((column) =>
    call(node, name, [asText(columnReference(column), node), ...parts], 'bool'),
  );
  return call(node, 'or', terms, 'bool');
}

function textColumns(columns: readonly PlanColumn[]): PlanColumn[] {
  return columns.filter(({ type }) => ['string', 'dynamic', 'guid'].includes(type));
}

function asText(expression: PlanExpression, node: Expression): PlanExpression {
  return expression.type === 'string' ? expression : call(node, 'tostring', [expression], 'string');
}

function planList(node: Expression, name: string, context: PlanContext, row: Row): PlanExpression {
  const items = elements(member<SyntaxNode>(node, 'Right'), 'Expressions').map((item) =>
    isTabular(item.ResultType) && !isScalarVariable(item, context)
      ? planTableArgument(item, context)
      : planScalar(item, context, row),
  );
  const leftNode = member(node, 'Left');
  if (kindOf(leftNode) === 'StarExpression') return anyColumn(node, name, items, row);
  return call(node, name, [planScalar(leftNode, context, row), ...items], 'bool');
}

function isScalarVariable(node: Expression, context: PlanContext): boolean {
  return (
    kindOf(node) === 'NameReference' &&
    context.variables.get(node.SimpleName ?? '')?.kind === 'scalar'
  );
}

function planTableArgument(node: Expression, context: PlanContext): PlanExpression {
  const relation = context.plan.table(node, apartFromRows(context));
  const column = relation.columns[0];
  if (!column) throw unsupported(node, 'a table without columns', 'a list needs one column');
  return { kind: 'tableArgument', input: relation.plan, column, type: column.type };
}

function planBetween(
  node: Expression,
  name: string,
  context: PlanContext,
  row: Row,
): PlanExpression {
  const couple = member<SyntaxNode>(node, 'Right');
  const value = planScalar(member(node, 'Left'), context, row);
  const first = planScalar(member(couple, 'First'), context, row);
  let second = planScalar(member(couple, 'Second'), context, row);
  if (second.type === 'timespan' && first.type === 'datetime') {
    second = call(node, '+', [first, second], 'datetime');
  }
  return call(node, name, [value, first, second], 'bool');
}

function planName(node: Expression, context: PlanContext, row: Row): PlanExpression {
  const name = node.SimpleName ?? '';
  const symbol = node.ReferencedSymbol;
  const kind = symbol ? symbolKind(symbol) : undefined;
  if (kind !== 'Variable' && kind !== 'Parameter') {
    const column = findColumn(row, symbol?.Name ?? name) ?? findColumn(row, name);
    if (column) return columnReference(column);
  }
  const whole = row.members?.get(name);
  if (whole) {
    return row.intercept?.(node, '.', row) ?? call(node, 'bag_pack', named(whole), 'dynamic');
  }
  const variable = context.variables.get(name);
  if (variable?.kind === 'scalar') return variable.expression;
  if (variable?.kind === 'function') return planUserFunction(node, variable, [], context, row);
  if (variable?.kind === 'table') {
    const column = variable.relation.columns[0];
    if (column) {
      return { kind: 'scalarSubquery', input: variable.relation.plan, column, type: column.type };
    }
  }
  const column = findColumn(row, name);
  if (column) return columnReference(column);
  if (row.lenient) return nullLiteral(scalarTypeOf(node.ResultType));
  throw new HuntError(
    'kql.semantic',
    { message: `Failed to resolve scalar expression named '${name}'` },
    { span: spanOf(node) },
  );
}

export function findColumn(row: Row, name: string): PlanColumn | undefined {
  return row.columns.find((column) => column.name === name);
}

function planCall(node: Expression, context: PlanContext, row: Row): PlanExpression {
  const nameNode = member(node, 'Name');
  const name = nameNode.SimpleName ?? '';
  const argumentNodes = elements(member<SyntaxNode>(node, 'ArgumentList'), 'Expressions');
  const variable = context.variables.get(name);
  if (variable?.kind === 'function') {
    return planUserFunction(node, variable, argumentNodes, context, row);
  }
  const intercepted = row.intercept?.(node, name, row);
  if (intercepted) return intercepted;
  const special = specialForms[name];
  if (special) return special(node, argumentNodes, context, row);
  // `pack_array(*)`: the star stands for every column.
  const parts = argumentNodes.flatMap((argument) =>
    kindOf(argument) === 'StarExpression'
      ? row.columns.map(columnReference)
      : [planScalar(argument, context, row)],
  );
  return call(node, name, parts, resultType(name, parts, scalarTypeOf(node.ResultType)));
}

function planUserFunction(
  node: Expression,
  definition: FunctionVariable,
  given: readonly Expression[],
  context: PlanContext,
  row: Row,
): PlanExpression {
  const inner = bindArguments(definition, given, context, row);
  return planBody(bodyOf(node, definition), inner, (result, bodyContext) =>
    isTabular(result.ResultType)
      ? planToScalar(result, result, bodyContext)
      : planScalar(result, bodyContext, noRow),
  );
}

type SpecialForm = (
  node: Expression,
  parts: readonly Expression[],
  context: PlanContext,
  row: Row,
) => PlanExpression;

/** The moment at which the query starts, or one that far from it. */
function moment(
  node: Expression,
  sign: '+' | '-',
  offset: Expression | undefined,
  context: PlanContext,
  row: Row,
): PlanExpression {
  const chosen = queryProperty(node, 'query_now');
  const now = chosen ? planScalar(chosen, context, noRow) : momentOf(context.scope);
  return offset ? call(node, sign, [now, planScalar(offset, context, row)], 'datetime') : now;
}

/** Calls whose meaning depends on the row's columns or on the moment, and not on values alone. */
const specialForms: Readonly<Record<string, SpecialForm>> = {
  now: (node, parts, context, row) => moment(node, '+', parts[0], context, row),
  ago: (node, parts, context, row) => moment(node, '-', parts[0], context, row),
  bin_auto: (node, parts, context, row) => {
    const size = queryProperty(node, 'query_bin_auto_size');
    const point = queryProperty(node, 'query_bin_auto_at');
    if (!size) throw unsupported(node, 'bin_auto()', 'set query_bin_auto_size is missing');
    const values = [...parts, size, ...(point ? [point] : [])];
    return call(
      node,
      point ? 'bin_at' : 'bin',
      values.map((value) => planScalar(value, context, row)),
    );
  },
  estimate_data_size: (node, parts, context, row) => {
    const columns = parts.flatMap((part) =>
      kindOf(part) === 'StarExpression'
        ? row.columns.map(columnReference)
        : [planScalar(part, context, row)],
    );
    return call(node, 'estimate_data_size', columns);
  },
  ingestion_time: (_node, _parts, _context, row) =>
    row.ingestionTime ? columnReference(row.ingestionTime) : nullLiteral('datetime'),
  column_ifexists: columnIfExists,
  columnifexists: columnIfExists,
  iscolumnexists: (_node, parts, context, row) => {
    const name = parts[0] && constantText(parts[0], context, row);
    return literal({ type: 'bool', value: findColumn(row, name ?? '') !== undefined });
  },
  pack_all: (node, parts, context, row) => {
    const first = parts[0] ? planScalar(parts[0], context, row) : undefined;
    const skipNulls = first?.kind === 'literal' && first.value === true;
    return call(node, skipNulls ? 'bag_pack_nonempty' : 'bag_pack', named(row.columns), 'dynamic');
  },
  bag_pack_columns: (node, parts, context, row) => {
    const columns = parts.flatMap((part) => {
      const value = planScalar(part, context, row);
      return [stringLiteral(defaultName(part)), value];
    });
    return call(node, 'bag_pack', columns, 'dynamic');
  },
  geo_info_from_ip_address: (node, parts, context, row) => {
    const { geoDictionary } = context.scope;
    const [address] = parts;
    // Without a database nothing is known of any address.
    if (!geoDictionary || !address) return literal({ type: 'dynamic', value: '{}' });
    const places = stringLiteral(geoDictionary);
    return call(
      node,
      'geo_info_from_ip_address',
      [planScalar(address, context, row), places],
      'dynamic',
    );
  },
  current_database: (node, _parts, { scope }) => {
    const [name] = scope.databaseNames ?? [];
    if (name === undefined) throw unsupported(node, 'current_database()', 'it has no name here');
    return stringLiteral(name);
  },
  current_principal: (node, _parts, { scope }) => {
    const { principal } = scope;
    if (principal === undefined) throw unsupported(node, 'current_principal()', 'nobody asks here');
    return stringLiteral(principal);
  },
  column_names_of: (node, [table]) => {
    if (!table || !isTabular(table.ResultType)) {
      throw unsupported(node, 'column_names_of() of no table', 'only a table has columns');
    }
    const names = columnsOf(table.ResultType).map(({ name }) => name);
    return literal({ type: 'dynamic', value: JSON.stringify(names) });
  },
  toscalar: (node, parts, context) => {
    const part = parts[0];
    if (!part) throw unsupported(node, 'toscalar()', 'it needs a table');
    return planToScalar(part, node, context);
  },
};

/** Scalar functions of Microsoft's list that the planner replaces, and graph functions that patterns take over. */
export const plannedFunctions: ReadonlySet<string> = new Set([
  ...Object.keys(specialForms),
  'table',
  'all',
  'any',
  'map',
  'inner_nodes',
  'node_degree_in',
  'node_degree_out',
  'labels',
]);

function defaultName(node: Expression): string {
  return node.SimpleName ?? textOf(node);
}

function named(columns: readonly PlanColumn[]): PlanExpression[] {
  return columns.flatMap((column) => [stringLiteral(column.name), columnReference(column)]);
}

/**
 * A note on its page says that of a dynamic column the default is given. Neither the binder nor Microsoft's library of
 * functions knows of that (`series_downsample_fl` reads its series so), and queries ask for such columns
 * (`AdditionalFields`) to get what they hold: they get that.
 */
function columnIfExists(
  node: Expression,
  parts: readonly Expression[],
  context: PlanContext,
  row: Row,
): PlanExpression {
  const [nameNode, otherwise] = parts;
  if (!nameNode || !otherwise)
    throw unsupported(node, 'column_ifexists()', 'it needs two arguments');
  const column = findColumn(row, constantText(nameNode, context, row) ?? '');
  return column ? columnReference(column) : planScalar(otherwise, context, row);
}

/** The text of an expression that has to be a constant string, or undefined. */
export function constantText(node: Expression, context: PlanContext, row: Row): string | undefined {
  const value = knownValue(planScalar(node, context, row), context.evaluate);
  return value.kind === 'literal' && value.value !== null ? String(value.value) : undefined;
}

function planToScalar(table: Expression, node: Expression, context: PlanContext): PlanExpression {
  if (!isTabular(table.ResultType)) {
    const value = planScalar(table, context, noRow);
    return isVolatile(value) ? call(node, 'toscalar', [value], value.type) : value;
  }
  const part = partOf(table, context);
  if (part) return partScalar(table, part, context);
  const relation = context.plan.table(table, apartFromRows(context));
  const column = relation.columns[0];
  if (!column) return nullLiteral(scalarTypeOf(node.ResultType));
  const sorted: Relation['plan'] =
    relation.order.length > 0
      ? { kind: 'sort', input: relation.plan, keys: relation.order }
      : relation.plan;
  return {
    kind: 'scalarSubquery',
    input: { kind: 'limit', input: sorted, count: longLiteral(1), by: [] },
    column,
    type: column.type,
  };
}

/** `a.b`, `a["b"]`, `a[0]`, `$left.a`: one access call for a whole path, so that the document is read once. */
function planAccess(node: Expression, context: PlanContext, row: Row): PlanExpression {
  const base = member(node, 'Expression');
  if (kindOf(base) === 'NameReference') {
    const side = row.members?.get(base.SimpleName ?? '');
    if (side) {
      const name = selectorName(member(node, 'Selector'));
      const column = side.find((candidate) => candidate.name === name);
      if (column) return columnReference(column);
    }
  }
  const intercepted = row.intercept?.(node, '.', row);
  if (intercepted) return intercepted;
  const target = planScalar(base, context, row);
  const selector = planSelector(member(node, 'Selector'), context, row);
  if (target.kind === 'call' && target.name === 'access') {
    return call(node, 'access', [...target.arguments, selector], 'dynamic');
  }
  return call(node, 'access', [target, selector], 'dynamic');
}

function selectorName(selector: Expression): string | undefined {
  if (selector.SimpleName !== undefined) return selector.SimpleName;
  const inner = optionalMember(selector, 'Expression');
  return inner?.IsLiteral ? String(inner.LiteralValue) : undefined;
}

function planSelector(selector: Expression, context: PlanContext, row: Row): PlanExpression {
  switch (kindOf(selector)) {
    case 'NameReference':
      return stringLiteral(selector.SimpleName ?? '');
    case 'BracketedExpression':
      return planScalar(member(selector, 'Expression'), context, row);
    default:
      return planScalar(selector, context, row);
  }
}
