import {
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  namesBySource,
  type SchemaColumn,
  type SyntaxNode,
  spanOf,
  type TypeSymbol,
} from '../kql/syntax.js';
import { newColumn, type PlanContext, type Row } from './context.js';
import {
  columnReference,
  type PlanAssignment,
  type PlanExpression,
  type Relation,
} from './plan.js';
import { planScalar } from './scalar.js';

/** All that flows through an operator unseen: the visible columns, and those that order and partition need. */
export function passThrough(input: Relation, context: PlanContext): PlanAssignment[] {
  const columns = new Set([
    ...input.columns,
    ...hiddenColumns(input),
    ...context.partition,
    ...(input.ingestionTime ? [input.ingestionTime] : []),
  ]);
  return [...columns].map((column) => ({ column, expression: columnReference(column) }));
}

/** What a projection has to carry although the query does not list it. */
export function carried(input: Relation, context: PlanContext): PlanAssignment[] {
  const columns = new Set([
    ...hiddenColumns(input),
    ...context.partition,
    ...(input.ingestionTime ? [input.ingestionTime] : []),
  ]);
  return [...columns].map((column) => ({ column, expression: columnReference(column) }));
}

function hiddenColumns(input: Relation) {
  return input.order.flatMap((key) =>
    key.expression.kind === 'column' ? [key.expression.column] : [],
  );
}

/** Assignments without repeated columns; the first wins. */
export function distinctAssignments(assignments: readonly PlanAssignment[]): PlanAssignment[] {
  const seen = new Set<unknown>();
  return assignments.filter(({ column }) => !seen.has(column) && seen.add(column));
}

export interface NamedValue {
  /** The name that the query gives; null where the binder makes one. */
  readonly name: string | null;
  readonly expression: PlanExpression;
  readonly node: Expression;
  /** The query gives this one value of its expression no name. */
  readonly unnamed?: boolean;
  /** Results after this one that the binder has and the function has not; -1: the binder has not even this. */
  readonly surplus?: number;
}

/** The names that the binder gave the values, one by one. */
export function namesFor(
  values: readonly NamedValue[],
  schema: readonly SchemaColumn[],
): (string | undefined)[] {
  let place = 0;
  return values.map(({ surplus = 0 }) => {
    const name = surplus < 0 ? undefined : schema[place]?.name;
    place += 1 + surplus;
    return name;
  });
}

/** The values of `a = x, (b, c) = f(), d` in their order, one for each result column. */
export function namedValues(
  nodes: readonly Expression[],
  context: PlanContext,
  row: Row,
): NamedValue[] {
  return nodes.flatMap((node) => namedValue(node, context, row));
}

function namedValue(node: Expression, context: PlanContext, row: Row): NamedValue[] {
  switch (kindOf(node)) {
    case 'SimpleNamedExpression': {
      const expression = planScalar(member(node, 'Expression'), context, row);
      const values = tupleValues(member(node, 'Expression'), expression, context);
      const [first, ...rest] = values;
      if (!first) return [];
      return [{ ...first, name: member(node, 'Name').SimpleName ?? '' }, ...rest];
    }
    case 'CompoundNamedExpression': {
      const names = elements(member<SyntaxNode>(node, 'Names'), 'Names').map(
        (n) => n.SimpleName ?? '',
      );
      const value = member(node, 'Expression');
      const parts = tupleValues(value, planScalar(value, context, row), context);
      return parts.map((part, index) => ({ ...part, name: names[index] ?? part.name }));
    }
    default: {
      const values = tupleValues(node, planScalar(node, context, row), context);
      const [first] = values;
      if (values.length !== 1 || !first) return values;
      const unnamed = !node.SimpleName && !resultsOf(node);
      return [{ ...first, name: node.SimpleName ?? null, unnamed }];
    }
  }
}

/** The binder gives this function the results of `series_decompose`; documented, and returned, is one. */
function hasOneResult(expression: PlanExpression): boolean {
  return expression.kind === 'call' && expression.name === 'series_decompose_forecast';
}

/** The results that a call of a function with several has for the binder; undefined for other expressions. */
function resultsOf(node: Expression): SchemaColumn[] | undefined {
  return node.RawResultType?.Columns == null ? undefined : columnsOf(node.RawResultType);
}

/** A function with several results gives one value for each; they are read out of its array. */
function tupleValues(
  node: Expression,
  expression: PlanExpression,
  _context: PlanContext,
): NamedValue[] {
  const type = node.ResultType as TypeSymbol | null;
  const columns = type?.Columns ? columnsOf(type) : [];
  // The properties of a node or an edge of a graph are columns of its type; its value is one bag, or
  // of a path a column with the list of them.
  const isOne =
    expression.kind === 'column' || (expression.kind === 'call' && expression.name === 'bag_pack');
  if (!isOne && resultsOf(node)?.length === 0) {
    return [{ name: null, expression, node, surplus: -1 }];
  }
  if (columns.length < 2 || isOne) return [{ name: null, expression, node }];
  if (hasOneResult(expression)) {
    return [{ name: null, expression, node, surplus: columns.length - 1 }];
  }
  return columns.map((column, index) => ({
    name: null,
    node,
    expression: {
      kind: 'call',
      name: 'tuple_item',
      arguments: [expression, { kind: 'literal', type: 'long', value: BigInt(index) }],
      type: column.type,
      span: spanOf(node),
    },
  }));
}

/**
 * `extend`: values replace the columns of their names in place, others are added at the end, under the
 * names that the binder gave the result: `toint(x)` is a value for `x`, and `(x)` is the column that is there.
 */
export function extended(
  input: Relation,
  values: readonly NamedValue[],
  type: TypeSymbol | null,
  context: PlanContext,
): Relation {
  const columns = [...input.columns];
  const places = new Map(columns.map((column, index) => [column.name, index]));
  const schema = columnsOf(type).map(({ name }) => name);
  const made = namesBySource(type);
  const claimed = new Set(
    values.map((value) => (value.unnamed && made.get(value.node)) || value.name),
  );
  const free = schema.slice(columns.length).filter((name) => !claimed.has(name));
  const assignments: PlanAssignment[] = [];
  for (const value of values) {
    const { surplus = 0 } = value;
    const next = () => (surplus < 0 ? undefined : free.shift());
    const given = value.unnamed ? made.get(value.node) : (value.name ?? next());
    free.splice(0, Math.max(surplus, 0));
    // A column that is there, or a value that a later one replaces.
    if (given === undefined) continue;
    const place = places.get(given);
    const { expression } = value;
    if (place !== undefined && expression.kind === 'column' && expression.column === columns[place])
      continue;
    const column = newColumn(context, given, expression.type);
    assignments.push({ column, expression });
    if (place === undefined) {
      places.set(given, columns.length);
      columns.push(column);
    } else columns[place] = column;
  }
  const added = columns.splice(input.columns.length);
  added.sort((left, right) => schema.indexOf(left.name) - schema.indexOf(right.name));
  const passed = passThrough(input, context);
  return {
    ...input,
    plan: { kind: 'project', input: input.plan, columns: [...passed, ...assignments] },
    columns: [...columns, ...added],
  };
}
