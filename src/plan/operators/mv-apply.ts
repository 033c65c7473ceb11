import { columnsOf, type Expression, kindOf, member, textOf } from '../../kql/syntax.js';
import type { PlanContext } from '../context.js';
import { newColumn } from '../context.js';
import type { OperatorPlanner } from '../operator.js';
import { inParts, stagesOf } from '../parts.js';
import { columnReference, type PlanColumn, type Relation } from '../plan.js';
import { numbered } from '../windows.js';
import { expanded, expansionOf } from './mv-expand.js';

/**
 * `T | mv-apply A = array to typeof(long) limit N on (subquery)`: the rows are numbered and expanded, and
 * the subquery runs on those of one number apart from the others. The rows' own columns follow the
 * number, so every operator of the subquery carries them along.
 */
export const mvApply: OperatorPlanner = (node, input, context) => {
  const stages = stagesOf(member(member(node, 'Subquery'), 'Expression'));
  const isByRow = stages.every(takesEachRow);
  const outer = isByRow ? { relation: input, partition: input.columns } : apart(input, context);
  const result = columnsOf(node.ResultType).map(({ name }) => name);
  const expansion = expansionOf(node, result, context);
  const inner = { ...context, partition: [...context.partition, ...outer.partition] };
  const { relation, position } = expanded(outer.relation, expansion, inner);
  const order = isByRow ? (input.order.length > 0 ? [...input.order, position] : []) : [position];
  const rows: Relation = { ...relation, order };
  const applied = inParts(stages, rows, 'mv-apply', inner);
  return {
    ...applied,
    columns: result.map((name) => columnNamed(name, applied, outer.relation)),
    order: isByRow ? applied.order : inOuterOrder(input, outer.partition, applied),
  };
};

/** What the subquery gives a name counts before what the row had. */
function columnNamed(name: string, ...tables: readonly Relation[]): PlanColumn {
  for (const { columns } of tables) {
    const column = columns.find((each) => each.name === name);
    if (column) return column;
  }
  throw new Error(`mv-apply makes no column ${name}`);
}

const rowOperators: ReadonlySet<string> = new Set([
  'ExtendOperator',
  'FilterOperator',
  'MvExpandOperator',
  'ParseOperator',
  'ParseWhereOperator',
  'ParseKvOperator',
  'ProjectAwayOperator',
  'ProjectKeepOperator',
  'ProjectOperator',
  'ProjectRenameOperator',
  'ProjectReorderOperator',
]);

/** Whether a stage looks at one row at a time: then nothing has to keep the rows apart. */
function takesEachRow(stage: Expression): boolean {
  return rowOperators.has(kindOf(stage)) && !/\b(row_\w+|prev|next)\s*\(/.test(textOf(stage));
}

interface Outer {
  readonly relation: Relation;
  readonly partition: readonly PlanColumn[];
}

/** The rows with a number for each, and their columns as columns that follow it. */
function apart(input: Relation, context: PlanContext): Outer {
  const { relation, position } = numbered(input, context);
  const copies = new Map<PlanColumn, PlanColumn>();
  const copy = (column: PlanColumn): PlanColumn => {
    const known = copies.get(column);
    if (known || column === position) return known ?? position;
    const made = { ...newColumn(context, column.name, column.type), follows: position };
    copies.set(column, made);
    return made;
  };
  const columns = relation.columns.map(copy);
  const ingestionTime = relation.ingestionTime && copy(relation.ingestionTime);
  const kept = [...context.partition, position].map((column) => ({
    column,
    expression: columnReference(column),
  }));
  const followers = [...copies].map(([source, column]) => ({
    column,
    expression: columnReference(source),
  }));
  return {
    relation: {
      plan: { kind: 'project', input: relation.plan, columns: [...kept, ...followers] },
      columns,
      order: [],
      ingestionTime,
    },
    partition: [position, ...copies.values()],
  };
}

function inOuterOrder(
  input: Relation,
  [number]: readonly PlanColumn[],
  applied: Relation,
): Relation['order'] {
  if (input.order.length === 0 || !number) return [];
  const byNumber = { expression: columnReference(number), descending: false, nullsFirst: true };
  return [byNumber, ...applied.order];
}
