import { readsOf } from '../../plan/columns.js';
import {
  columnReference,
  type FoldNode,
  type PlanColumn,
  type PlanExpression,
} from '../../plan/plan.js';
import { emit } from '../expression.js';
import { foldedRows, foldNames } from '../fold.js';
import { type Generation, select } from '../generation.js';
import {
  type Definition,
  emptySelect,
  nest,
  open,
  print,
  reference,
  type Select,
} from '../select.js';
import { isNullableColumn, type Sql, sql } from '../sql.js';

export function selectFold(
  whole: FoldNode,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const plan = withoutUnused(whole, required);
  const made = new Set(whole.steps.map(({ column }) => column));
  const states = new Map(plan.state.map((item, index) => [item.column, index]));
  const passed = [...required].filter((column) => !made.has(column));
  const read = [...readsOf(plan.steps.map(({ expression }) => expression))].filter(
    (column) => !made.has(column) && !states.has(column),
  );
  const needed = new Set([...passed, ...read, ...plan.partitionBy, plan.orderBy]);
  const below = nest(open(select(plan.input, needed, generation)));
  // The names that the steps' expressions see.
  const seen = new Map<PlanColumn, Definition>();
  const see = (column: PlanColumn, name: Sql, nullable: boolean) =>
    seen.set(column, { sql: name, plain: true, nullable, reads: [] });
  for (const [index, column] of read.entries()) {
    see(column, foldNames.row(index), below.definitions.get(column)?.nullable ?? true);
  }
  for (const [column, index] of states) {
    see(column, foldNames.state(index), isNullableColumn(column.type));
  }
  const scope: Select = { ...emptySelect, definitions: seen };
  const uses = usesOf(plan, required);
  const layers: Record<string, Sql>[] = [];
  const depths = new Map<PlanColumn, number>();
  for (const { column, expression } of plan.steps) {
    const operand = emit(expression, scope, generation);
    const depth = Math.max(0, ...[...readsOf([expression])].map((each) => depths.get(each) ?? 0));
    // A name costs more than most values: what is read once stands where it is read.
    if (uses.get(column) === 1) {
      depths.set(column, depth);
      see(column, operand, operand.nullable);
      continue;
    }
    const name = `_q${column.id}`;
    layers[depth] = { ...layers[depth], [name]: operand };
    depths.set(column, depth + 1);
    see(column, { text: name }, operand.nullable);
  }
  const results = plan.steps.flatMap(({ column }) => (required.has(column) ? [column] : []));
  const value = (column: PlanColumn) => ({ sql: reference(column, scope), type: column.type });
  const rows = foldedRows({
    rows: print(below, [...needed]),
    partition: plan.partitionBy.map((column) => reference(column, below)),
    order: reference(plan.orderBy, below),
    kept: passed.map((column) => reference(column, below)),
    read: read.map((column) => reference(column, below)),
    initial: plan.state.map(({ column, initial }) => ({
      sql: emit(initial, emptySelect, generation),
      type: column.type,
    })),
    layers,
    next: plan.state.map(({ next }) => value(next)),
    results: results.map(value),
    operator: plan.name,
  });
  const definitions = new Map<PlanColumn, Definition>();
  const define = (column: PlanColumn, text: Sql, nullable: boolean) =>
    definitions.set(column, { sql: text, plain: false, nullable, reads: [] });
  for (const [index, column] of passed.entries()) {
    define(column, foldNames.kept(index), below.definitions.get(column)?.nullable ?? true);
  }
  for (const [index, column] of results.entries()) {
    define(column, foldNames.result(index), isNullableColumn(column.type));
  }
  return nest({
    from: sql`(${rows})`,
    definitions,
    output: [...passed, ...results],
    where: [],
    closed: false,
  });
}

/** How often each value of a fold's steps is read: by other steps, the next state and the results. */
function usesOf(plan: FoldNode, required: ReadonlySet<PlanColumn>): Map<PlanColumn, number> {
  const uses = new Map<PlanColumn, number>();
  const count = (expression: PlanExpression): void => {
    if (expression.kind === 'column') {
      uses.set(expression.column, (uses.get(expression.column) ?? 0) + 1);
    }
    if (expression.kind === 'call') for (const part of expression.arguments) count(part);
  };
  for (const { column, expression } of plan.steps) {
    count(expression);
    if (required.has(column)) count(columnReference(column));
  }
  for (const { next } of plan.state) count(columnReference(next));
  return uses;
}

/** The fold with the values and the state alone that its results depend on. */
function withoutUnused(plan: FoldNode, required: ReadonlySet<PlanColumn>): FoldNode {
  const steps = new Map(plan.steps.map((step) => [step.column, step]));
  const state = new Map(plan.state.map((item) => [item.column, item]));
  const used = new Set<PlanColumn>();
  const pending = [...required];
  for (let column = pending.pop(); column; column = pending.pop()) {
    if (used.has(column)) continue;
    const step = steps.get(column);
    const item = state.get(column);
    if (step) pending.push(...readsOf([step.expression]));
    if (item) pending.push(item.next);
    if (step || item) used.add(column);
  }
  return {
    ...plan,
    steps: plan.steps.filter(({ column }) => used.has(column)),
    state: plan.state.filter(({ column }) => used.has(column)),
  };
}
