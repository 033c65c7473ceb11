import { HuntError } from '../../errors.js';
import { columnsOf, type Expression, elements, kindOf, member, spanOf } from '../../kql/syntax.js';
import { carried, distinctAssignments, namedValues, namesFor } from '../assignments.js';
import { newColumn, type PlanContext, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { columnReference, type PlanAssignment, type PlanColumn, type Relation } from '../plan.js';
import { findColumn, planScalar } from '../scalar.js';
import { windowRow } from '../windows.js';

/** `T | project Name = Expression, …` */
export const project: OperatorPlanner = (node, input, context) => {
  const { row, relation } = windowRow(input, context);
  const values = namedValues(elements(node, 'Expressions'), context, row);
  const names = namesFor(values, columnsOf(node.ResultType));
  const assignments = values.map(({ expression, name }, index): PlanAssignment => {
    const resultName = names[index] ?? name ?? `Column${index + 1}`;
    if (expression.kind === 'column' && expression.column.name === resultName) {
      return { column: expression.column, expression };
    }
    return { column: newColumn(context, resultName, expression.type), expression };
  });
  return projected(relation(), assignments, context);
};

/** The relation with exactly these columns, its order and partition kept. */
export function projected(
  input: Relation,
  assignments: readonly PlanAssignment[],
  context: PlanContext,
): Relation {
  const columns = distinctAssignments([...assignments, ...carried(input, context)]);
  return {
    ...input,
    plan: { kind: 'project', input: input.plan, columns },
    columns: assignments.map(({ column }) => column),
  };
}

/** `project-away`, `project-keep`, `project-reorder`: the binder has resolved the wildcards. */
export const projectByName: OperatorPlanner = (node, input, context) => {
  const columns = columnsOf(node.ResultType).flatMap(({ name }) => {
    const column = findColumn(rowOf(input), name);
    return column ? [{ column, expression: columnReference(column) }] : [];
  });
  return projected(input, columns, context);
};

/** `T | project-by-names "a", dynamic(["b"]), "c*"`: names of columns that are not there are passed over. */
export const projectByNames: OperatorPlanner = (node, input, context) => {
  for (const part of elements(node, 'Expressions')) {
    const isComputed =
      kindOf(part) === 'FunctionCallExpression' &&
      member(part, 'Name').SimpleName !== 'column_names_of';
    const isKnown = planScalar(part, context, rowOf(input)).kind === 'literal';
    if (isKnown && !isComputed) continue;
    throw new HuntError(
      'kql.semantic',
      { message: 'A name of a column in project-by-names has to be constant text' },
      { span: spanOf(part) },
    );
  }
  return projectByName(node, input, context);
};

/** `T | project-rename New = Old, …`: the columns keep their places. */
export const projectRename: OperatorPlanner = (node, input, context) => {
  const names = columnsOf(node.ResultType);
  const renamed = new Map<PlanColumn, string>();
  for (const expression of elements(node, 'Expressions')) rename(expression, input, renamed);
  const assignments = input.columns.map((column, index): PlanAssignment => {
    const name = renamed.get(column) ?? names[index]?.name ?? column.name;
    const target = name === column.name ? column : newColumn(context, name, column.type);
    return { column: target, expression: columnReference(column) };
  });
  return projected(input, assignments, context);
};

function rename(node: Expression, input: Relation, renamed: Map<PlanColumn, string>): void {
  if (kindOf(node) !== 'SimpleNamedExpression') return;
  const column = findColumn(rowOf(input), member(node, 'Expression').SimpleName ?? '');
  if (column) renamed.set(column, member(node, 'Name').SimpleName ?? column.name);
}
