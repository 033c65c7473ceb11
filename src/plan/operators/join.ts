import { HuntError } from '../../errors.js';
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
import { one } from '../builder.js';
import { apartFromRows, newColumn, type PlanContext, type Row, unsupported } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  type JoinKind,
  type JoinNode,
  type LogicalPlan,
  type PlanColumn,
  type PlanExpression,
  type Relation,
} from '../plan.js';
import { findColumn, planScalar } from '../scalar.js';

interface JoinForm {
  readonly join: JoinKind;
  readonly uniqueLeft?: true;
  /** The sides of the result; for one-sided joins of the right table the sides are exchanged. */
  readonly sides: 'both' | 'left' | 'right';
}

/** Join kinds by KQL's names. */
const forms: Readonly<Record<string, JoinForm>> = {
  innerunique: { join: 'inner', uniqueLeft: true, sides: 'both' },
  inner: { join: 'inner', sides: 'both' },
  leftouter: { join: 'left', sides: 'both' },
  rightouter: { join: 'right', sides: 'both' },
  fullouter: { join: 'full', sides: 'both' },
  leftsemi: { join: 'leftSemi', sides: 'left' },
  leftanti: { join: 'leftAnti', sides: 'left' },
  leftantisemi: { join: 'leftAnti', sides: 'left' },
  anti: { join: 'leftAnti', sides: 'left' },
  rightsemi: { join: 'leftSemi', sides: 'right' },
  rightanti: { join: 'leftAnti', sides: 'right' },
  rightantisemi: { join: 'leftAnti', sides: 'right' },
};

type Condition = JoinNode['on'][number];

/** `L | join kind=… (R) on Key, $left.a == $right.b` */
export const join: OperatorPlanner = (node, input, context) => {
  const kind = parameterText(node, 'kind') ?? 'innerunique';
  const form = forms[kind];
  if (!form) throw unsupported(node, `join kind=${kind}`, 'Kusto has no such kind');
  if (context.partition.length > 0 && /^right|^full/.test(kind)) {
    throw unsupported(
      node,
      `join kind=${kind} inside partition`,
      'its right rows belong to no part',
    );
  }
  const right = context.plan.table(member(node, 'Expression'), apartFromRows(context));
  const on = conditions(node, 'ConditionClause', input, right, context);
  const names = columnsOf(node.ResultType).map((column) => column.name);
  if (form.sides !== 'both') {
    const [kept, other] = form.sides === 'left' ? [input, right] : [right, input];
    const sided =
      form.sides === 'left' ? on : on.map((pair) => ({ left: pair.right, right: pair.left }));
    return joined(
      form.join,
      kept,
      other,
      sided,
      kept.columns.map((column) => ({ column, source: column, side: 'left' as const })),
      context,
    );
  }
  const output = [
    ...outputOf(input.columns, names, 0, 'left', context),
    ...outputOf(right.columns, names, names.length - right.columns.length, 'right', context),
  ];
  return joined(form.join, input, right, on, output, context, form.uniqueLeft);
};

/** `L | lookup (R) on Key`: the right side's key columns are left out. */
export const lookup: OperatorPlanner = (node, input, context) => {
  const kind = parameterText(node, 'kind') ?? 'leftouter';
  const right = context.plan.table(member(node, 'Expression'), apartFromRows(context));
  const on = conditions(node, 'LookupClause', input, right, context);
  const keys = new Set(
    on.flatMap((pair) => (pair.right.kind === 'column' ? [pair.right.column] : [])),
  );
  const rest = right.columns.filter((column) => !keys.has(column));
  const names = columnsOf(node.ResultType).map((column) => column.name);
  const output = [
    ...outputOf(input.columns, names, 0, 'left', context),
    ...outputOf(rest, names, names.length - rest.length, 'right', context),
  ];
  return joined(kind === 'inner' ? 'inner' : 'left', input, right, on, output, context);
};

function outputOf(
  columns: readonly PlanColumn[],
  names: readonly string[],
  offset: number,
  side: 'left' | 'right',
  context: PlanContext,
): JoinNode['output'] {
  return columns.map((source, index) => ({
    column: newColumn(context, names[offset + index] ?? source.name, source.type),
    source,
    side,
  }));
}

/** A join whose output is as listed; the partition goes along. */
export function joined(
  join: JoinKind,
  left: Relation,
  right: Relation,
  on: readonly Condition[],
  output: JoinNode['output'],
  context: PlanContext,
  uniqueLeft = false,
): Relation {
  const partition = context.partition.map((column) => ({
    column,
    source: column,
    side: 'left' as const,
  }));
  const arrival = left.ingestionTime && {
    column: newColumn(context, left.ingestionTime.name, 'datetime'),
    source: left.ingestionTime,
    side: 'left' as const,
  };
  // One row of each key in each part.
  const keys = on.flatMap((pair) => (pair.left.kind === 'column' ? [pair.left.column] : []));
  const apart: LogicalPlan | undefined =
    uniqueLeft && partition.length > 0
      ? { kind: 'limit', input: left.plan, count: one, by: [...context.partition, ...keys] }
      : undefined;
  return {
    plan: {
      kind: 'join',
      join,
      uniqueLeft: uniqueLeft && !apart,
      left: apart ?? left.plan,
      right: right.plan,
      on,
      output: [...output, ...partition, ...(arrival ? [arrival] : [])],
    },
    columns: output.map(({ column }) => column),
    order: [],
    ingestionTime: arrival?.column ?? null,
  };
}

/** The equalities of `on`; a bare name stands for the column of that name on both sides. */
function conditions(
  node: Expression,
  clauseName: string,
  left: Relation,
  right: Relation,
  context: PlanContext,
): Condition[] {
  const clause = optionalMember<SyntaxNode>(node, clauseName);
  const members = new Map([
    ['$left', left.columns],
    ['$right', right.columns],
  ]);
  const row: Row = { columns: left.columns, members };
  return elements(clause, 'Expressions').flatMap((part) => conditionOf(part, row, right, context));
}

function conditionOf(
  part: Expression,
  row: Row,
  right: Relation,
  context: PlanContext,
): Condition[] {
  const kind = kindOf(part);
  if (kind === 'ParenthesizedExpression') {
    return conditionOf(member(part, 'Expression'), row, right, context);
  }
  if (kind === 'AndExpression') {
    return [
      ...conditionOf(member(part, 'Left'), row, right, context),
      ...conditionOf(member(part, 'Right'), row, right, context),
    ];
  }
  if (kind === 'NameReference') {
    const name = part.SimpleName ?? '';
    const [first, second] = [
      findColumn(row, name),
      right.columns.find((column) => column.name === name),
    ];
    if (first && second) return [{ left: columnReference(first), right: columnReference(second) }];
    // Where a table's columns are known only here, such as those of `union kind=inner`.
    const message = `The column '${name}' must exist on both sides of the join`;
    throw new HuntError('kql.semantic', { message }, { span: spanOf(part) });
  }
  if (kind === 'EqualExpression') {
    const [first, second] = [
      sided(member(part, 'Left'), row, right, context),
      sided(member(part, 'Right'), row, right, context),
    ];
    if (first.side === 'left' && second.side === 'right')
      return [{ left: first.value, right: second.value }];
    if (first.side === 'right' && second.side === 'left')
      return [{ left: second.value, right: first.value }];
  }
  throw unsupported(
    part,
    `the join condition ${textOf(part)}`,
    'only equalities of a left and a right column are',
  );
}

function sided(
  node: Expression,
  row: Row,
  right: Relation,
  context: PlanContext,
): { side: 'left' | 'right'; value: PlanExpression } {
  const value = planScalar(node, context, row);
  const column = value.kind === 'column' ? value.column : undefined;
  const side = column && right.columns.includes(column) ? 'right' : 'left';
  return { side, value };
}
