import type { ScalarType } from '../../catalog/types.js';
import {
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SchemaColumn,
  type SyntaxNode,
  textOf,
} from '../../kql/syntax.js';
import { newColumn, noRow, type PlanContext, rowOf, type Variable } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import {
  columnReference,
  type LogicalPlan,
  longLiteral,
  nullLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
} from '../plan.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import { tableVariable, useTable } from '../tables.js';
import { aggregatedBy } from './summarize.js';
import { limited } from './take.js';

/** One clause: `top-nested N of Value with others = Name by Aggregate asc`. */
interface Level {
  readonly count: Expression | undefined;
  readonly of: Expression;
  readonly others: Expression | undefined;
  readonly aggregate: Expression;
  readonly ascending: boolean;
  /** The result's columns: the value and its aggregate. */
  readonly value: SchemaColumn;
  readonly size: SchemaColumn;
}

type Table = Extract<Variable, { kind: 'table' }>;

/** Rows of the input with what they belong to: the partition, and value and aggregate of each level above. */
interface NestedRows {
  readonly table: Table;
  /** How many of the table's columns are the input's own. */
  readonly own: number;
}

/** `T | top-nested N of A by sum(X), top-nested M of B by count(), …`: the top values, and those within each. */
export const topNested: OperatorPlanner = (node, input, context) => {
  const schema = columnsOf(node.ResultType).map(named);
  const levels = elements<SyntaxNode>(node, 'Clauses').map((clause, index) =>
    levelOf(clause, schema.slice(2 * index, 2 * index + 2)),
  );
  const whole = { ...input, columns: [...input.columns, ...context.partition], order: [] };
  let rows: NestedRows = {
    table: shared(whole, context),
    own: input.columns.length,
  };
  const results: { plan: LogicalPlan; columns: PlanExpression[] }[] = [];
  for (const [index, level] of levels.entries()) {
    const top = shared(topValues(rows, level, context), context);
    const below = levels.slice(index);
    if (below.some(({ others }) => others)) results.push(otherRows(rows, top, below, context));
    if (index < levels.length - 1) rows = within(rows, top, level, context);
    else {
      const { plan, columns } = useTable(top, context);
      results.push({ plan, columns: columns.map(columnReference) });
    }
  }
  const columns = schema.map(({ name, type }) => newColumn(context, name, type));
  const all = [...context.partition, ...columns];
  return {
    plan: { kind: 'union', columns: all, inputs: results },
    columns,
    order: [],
    ingestionTime: null,
  };
};

/** The binder has no name for a computed value. */
function named({ name, type }: SchemaColumn, index: number): SchemaColumn {
  const made = `Column${Math.floor(index / 2) + 1}`;
  return { type, name: /^(aggregated_)?$/.test(name) ? `${name}${made}` : name };
}

function levelOf(clause: SyntaxNode, [value, size]: readonly SchemaColumn[]): Level {
  const others = optionalMember<SyntaxNode>(clause, 'WithOthersClause');
  const by = member(clause, 'ByExpression');
  const isOrdered = kindOf(by) === 'OrderedExpression';
  const ordering = isOrdered ? optionalMember<SyntaxNode>(by, 'Ordering') : undefined;
  return {
    count: optionalMember(clause, 'Expression'),
    of: member(clause, 'OfExpression'),
    others: others && member(others, 'Expression'),
    aggregate: isOrdered ? member(by, 'Expression') : by,
    ascending: ordering !== undefined && /^asc\b/.test(textOf(ordering)),
    value: value ?? { name: 'value', type: 'dynamic' },
    size: size ?? { name: 'size', type: 'dynamic' },
  };
}

function shared(relation: Relation, context: PlanContext): Table {
  const variable = tableVariable(relation, context, true);
  if (variable.kind !== 'table') throw new Error('a table variable is a table');
  return variable;
}

/** One use of the rows: the input's columns, those of the levels above, and the value of this level. */
function useRows({ table, own }: NestedRows, level: Level, context: PlanContext) {
  const relation = useTable(table, context);
  const source = { ...relation, columns: relation.columns.slice(0, own) };
  const above = relation.columns.slice(own);
  return { source, above, value: planScalar(level.of, context, rowOf(source)) };
}

const kept = (column: PlanColumn): PlanAssignment => ({
  column,
  expression: columnReference(column),
});

/** The values of a level with their aggregates, the top ones within each value of the level above. */
function topValues(rows: NestedRows, level: Level, context: PlanContext): Relation {
  const { source, above, value } = useRows(rows, level, context);
  const column = newColumn(context, level.value.name, value.type);
  const alone = { ...context, partition: [] };
  const keys = [...above.map(kept), { column, expression: value }];
  const grouped = aggregatedBy(source, keys, [level.aggregate], [level.size.name], alone);
  if (!level.count) return grouped;
  const size = grouped.columns.at(-1) ?? column;
  const order = {
    expression: columnReference(size),
    descending: !level.ascending,
    nullsFirst: level.ascending,
  };
  const count = converted(planScalar(level.count, context, noRow), 'long');
  const top = limited({ ...grouped, order: [order] }, count, { ...context, partition: above });
  return { ...top, order: [] };
}

/** The rows that belong to a top value, with it and its aggregate. */
function within(rows: NestedRows, top: Table, level: Level, context: PlanContext): NestedRows {
  const { source, above, value } = useRows(rows, level, context);
  const values = useTable(top, context);
  const columns = [...source.columns, ...values.columns];
  const plan: LogicalPlan = {
    kind: 'join',
    join: 'inner',
    uniqueLeft: false,
    left: source.plan,
    right: values.plan,
    on: sameValues([...above.map(columnReference), value], values.columns),
    output: [
      ...source.columns.map((column) => ({ column, source: column, side: 'left' as const })),
      ...values.columns.map((column) => ({ column, source: column, side: 'right' as const })),
    ],
  };
  const joined = { plan, columns, order: [], ingestionTime: null };
  return { table: shared(joined, context), own: rows.own };
}

/** Rows that belong to no top value, in one row for each value above: their aggregates where the query asks for others. */
function otherRows(rows: NestedRows, top: Table, levels: readonly Level[], context: PlanContext) {
  const [level] = levels;
  if (!level) throw new Error('others of no level');
  const { source, above, value } = useRows(rows, level, context);
  const values = useTable(top, context);
  const columns = [...source.columns, ...above];
  const rest: Relation = {
    ...source,
    plan: {
      kind: 'join',
      join: 'leftAnti',
      uniqueLeft: false,
      left: source.plan,
      right: values.plan,
      on: sameValues([...above.map(columnReference), value], values.columns),
      output: columns.map((column) => ({ column, source: column, side: 'left' as const })),
    },
  };
  // With a key there is no row where there are no others.
  const one = { column: newColumn(context, 'all', 'long'), expression: longLiteral(1) };
  const named = levels.filter(({ others }) => others);
  const grouped = aggregatedBy(
    rest,
    [...above.map(kept), one],
    named.map(({ aggregate }) => aggregate),
    named.map(({ size }) => size.name),
    { ...context, partition: [] },
  );
  const sizes = grouped.columns.slice(above.length + 1);
  const cells = levels.flatMap(({ others, value: column, size }) => {
    const total = others && sizes[named.findIndex((each) => each.size === size)];
    if (!others || !total) return [nullLiteral(column.type), nullLiteral(size.type)];
    const name = converted(planScalar(others, context, noRow), column.type);
    return [name, columnReference(total)];
  });
  return { plan: grouped.plan, columns: [...above.map(columnReference), ...cells] };
}

/** Equal values, level by level; nulls are equal too. The aggregates follow from the values. */
function sameValues(values: readonly PlanExpression[], columns: readonly PlanColumn[]) {
  return values.flatMap((value, index) => {
    const column = columns[index];
    return column ? [{ left: comparable(value), right: comparable(columnReference(column)) }] : [];
  });
}

function comparable(value: PlanExpression): PlanExpression {
  const isText = (type: ScalarType) => type === 'string' || type === 'dynamic';
  return isText(value.type) ? value : converted(value, 'string');
}
