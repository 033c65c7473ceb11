import {
  columnsOf,
  type Expression,
  elements,
  foundNamesOf,
  kindOf,
  member,
  optionalMember,
  type SchemaColumn,
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
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import { findColumn } from '../scalar.js';
import { converted } from '../scan.js';
import { readBy, searchCondition, searchedTables, searchForm } from './search.js';
import { type UnionMember, unionOf } from './union.js';

/** `find [withsource=Name] [in (T1, T*)] where Condition [project A, B: type, pack(*)]` */
export const find: OperatorPlanner = (node, input, context) => {
  const condition = member(node, 'Condition');
  const withSource = parameterText(node, 'withsource') ?? 'source_';
  const projected = elements(optionalMember<SyntaxNode>(node, 'Project'), 'Columns');
  // Without a list of columns it is `project-smart`, which packs what is not common to the tables.
  const packs =
    projected.length === 0 || projected.some((part) => kindOf(part) === 'PackExpression');
  const tables = readBy(condition, searchedTables(node, input, context));
  const wanted = wantedColumns(node, projected);
  const members = tables.map(({ relation, source }): UnionMember => {
    const row: Row = { ...rowOf(relation), lenient: true };
    const test = searchCondition(condition, context, row, searchForm(false, tables));
    const filtered: Relation = {
      ...relation,
      plan: { kind: 'filter', input: relation.plan, condition: test },
    };
    const named = wanted.map(({ source: name }) => name);
    const assignments = wanted.map(({ name, type, source, isSplit }): PlanAssignment => {
      const isPack = packs && name === 'pack_';
      const own = findColumn(row, source);
      const expression = isPack
        ? packed(relation, named, node)
        : columnValue(isSplit && own?.type !== type ? undefined : own, type);
      return { column: newColumn(context, name, type), expression };
    });
    return { relation: only(filtered, assignments, context), source };
  });
  return unionOf(members, { withSource }, context);
};

interface WantedColumn extends SchemaColumn {
  /** What the tables call it. */
  readonly source: string;
  /** It holds the values of its own type alone: other types have other columns. */
  readonly isSplit: boolean;
}

/** The result's columns. The binder has given a name of several types a column for each, called after it. */
function wantedColumns(node: Expression, projected: readonly Expression[]): WantedColumn[] {
  const names = foundNamesOf(node.ResultType);
  return columnsOf(node.ResultType)
    .slice(1)
    .map(({ name, type }) => ({
      name,
      type,
      source: names.get(name) ?? name,
      isSplit: names.has(name) && projected.length === 0,
    }));
}

function columnValue(column: PlanColumn | undefined, type: PlanColumn['type']): PlanExpression {
  return column ? converted(columnReference(column), type) : nullLiteral(type);
}

/** `pack_all()`: the columns that the projection does not name, in a bag. */
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
