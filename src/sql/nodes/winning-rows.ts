import type { ScalarType } from '../../catalog/types.js';
import type {
  LogicalPlan,
  PlanAggregate,
  PlanAssignment,
  PlanColumn,
  PlanNode,
} from '../../plan/plan.js';
import { expressionsOf, subplansOf } from '../../plan/traversal.js';
import { isVolatile } from '../../plan/volatile.js';
import type { Generation } from '../generation.js';
import { printWith, reference, type Select } from '../select.js';
import { join, sql } from '../sql.js';
import { isNamed } from './shared.js';

/**
 * Fewer values are taken along by the aggregate itself at less than it costs to look for their rows; where
 * there may be nearly as many groups as rows, many more are.
 */
const leastValues = { fewGroups: 3, manyGroups: 20 };

/**
 * Where all that is asked of each group is its row with the greatest key (`arg_max(Timestamp, *)`): that a
 * row is one of these. Of the others no more is read then than their groups and keys.
 */
export function winningRows(
  plan: PlanNode<'aggregate'>,
  keys: readonly PlanAssignment[],
  aggregates: readonly PlanAggregate[],
  grouped: Select,
  generation: Generation,
): Select['where'][number] | undefined {
  const [first] = aggregates;
  const ranked = first?.arguments[0];
  const end = first && /max$/.test(first.name) ? 'max' : 'min';
  const isOf = ({ name, arguments: [by] }: PlanAggregate) =>
    (name === end || name === `arg_${end}`) && by?.kind === 'column' && by.column === rank?.column;
  const rank = ranked?.kind === 'column' ? ranked : undefined;
  const values = aggregates.filter(({ name }) => name === `arg_${end}`);
  if (!rank || !isRanked(rank.type) || keys.length === 0) return undefined;
  const isFew = ({ column }: PlanAssignment) =>
    column.type === 'datetime' || grouped.definitions.get(column)?.storage === 'few';
  const least = keys.every(isFew) ? leastValues.fewGroups : leastValues.manyGroups;
  if (values.length < least || !aggregates.every(isOf)) return undefined;
  // Rows are grouped twice, too.
  if (!isRepeatable(plan) || !isReadAgain(plan.input, generation)) return undefined;
  const columns = keys.map(({ column }) => column);
  const isNullable = (column: PlanColumn) => grouped.definitions.get(column)?.nullable ?? true;
  // A null is in no list.
  if (columns.some(isNullable) || isNullable(rank.column)) return undefined;
  const names = columns.map((column) => reference(column, grouped));
  const key = reference(rank.column, grouped);
  const reads = [...columns, rank.column];
  const best = printWith(grouped, [...names, sql`${{ text: end }}(${key})`], [], reads);
  return { sql: sql`((${join([...names, key])}) IN (${best}))`, reads };
}

/** Without values that are not equal to themselves. */
function isRanked(type: ScalarType): boolean {
  return type === 'datetime' || type === 'long' || type === 'int';
}

/** To read the rows twice costs little more than to read some of their columns. */
function isReadAgain(plan: LogicalPlan, generation: Generation): boolean {
  if (plan.kind === 'scan') return true;
  if (!isRepeatable(plan)) return false;
  if (plan.kind === 'filter' || plan.kind === 'project') return isReadAgain(plan.input, generation);
  return (
    plan.kind === 'shared' &&
    !isNamed(plan.shared, generation) &&
    isReadAgain(plan.shared.plan, generation)
  );
}

/** Its own expressions have the same values, at little cost, where they are evaluated again. */
function isRepeatable(plan: LogicalPlan): boolean {
  return !expressionsOf(plan).some((each) => isVolatile(each) || subplansOf(each).length > 0);
}
