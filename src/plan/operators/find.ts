import {
  columnsOf,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  spanOf,
} from '../../kql/syntax.js';
import { newColumn, type PlanContext, type Row, rowOf } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  nullLiteral,
  type PlanAssignment,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import { findColumn, planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import { searchedTables } from './search.js';
import { type UnionMember, unionOf } from './union.js';

/** `find [withsource=Name] [in (T1, T*)] where Condition [project A, B: type, pack(*)]` */
export const find: OperatorPlanner = (node, input, context) => {
  const condition = member(node, 'Condition');
  const withSource = parameterText(node, 'withsource') ?? 'source_';
  const wanted = columnsOf(node.ResultType).slice(1);
  const projection = optionalMember<SyntaxNode>(node, 'Project');
  const packs = elements(projection, 'Columns').some((part) => kindOf(part) === 'PackExpression');
  const members = searchedTables(node, input, context).map(({ relation, source }): UnionMember => {
    const row: Row = { ...rowOf(relation), lenient: true };
    const test = planScalar(condition, context, row);
    const filtered: Relation = {
      ...relation,
      plan: { kind: 'filter', input: relation.plan, condition: test },
    };
    const assignments = wanted.map(({ name, type }): PlanAssignment => {
      const isPack = packs && name === 'pack_';
      const expression = isPack
        ? packed(
            relation,
            wanted.map((column) => column.name),
            node,
          )
        : columnValue(row, name, type);
      return { column: newColumn(context, name, type), expression };
    });
    return { relation: only(filtered, assignments, context), source };
  });
  return unionOf(members, { withSource }, context);
};

function columnValue(
  row: Row,
  name: string,
  type: PlanAssignment['column']['type'],
): PlanExpression {
  const column = findColumn(row, name);
  return column ? converted(columnReference(column), type) : nullLiteral(type);
}

/** `pack(*)`: the columns that the projection does not name, in a bag. */
function packed(relation: Relation, named: readonly string[], node: SyntaxNode): PlanExpression {
  const rest = relation.columns.filter((column) => !named.includes(column.name));
  return {
    kind: 'call',
    name: 'bag_pack',
    arguments: rest.flatMap((column) => [stringLiteral(column.name), columnReference(column)]),
    type: 'dynamic',
    span: spanOf(node),
  };
}

function only(
  relation: Relation,
  assignments: readonly PlanAssignment[],
  context: PlanContext,
): Relation {
  const carried = context.partition.map((column) => ({
    column,
    expression: columnReference(column),
  }));
  return {
    ...relation,
    plan: { kind: 'project', input: relation.plan, columns: [...assignments, ...carried] },
    columns: assignments.map(({ column }) => column),
    order: [],
    ingestionTime: null,
  };
}
