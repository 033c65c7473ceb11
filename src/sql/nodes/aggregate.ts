import { leading, readsOf, union } from '../../plan/columns.js';
import type { PlanAggregate, PlanColumn, PlanNode } from '../../plan/plan.js';
import { emit, notSupported } from '../expression.js';
import { aggregateFunctions } from '../functions/aggregate.js';
import { type Generation, select } from '../generation.js';
import { columnName, type Operand } from '../operand.js';
import { type Definition, emptySelect, nest, open, reference, type Select } from '../select.js';
import { isNullableColumn, type Sql, sql } from '../sql.js';
import { winningRows } from './winning-rows.js';

export function selectAggregate(
  plan: PlanNode<'aggregate'>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const aggregates = plan.aggregates.filter(({ column }) => required.has(column));
  // Without keys there is one row, whatever the input; of what is not read no aggregate is left to say so.
  if (plan.keys.length === 0 && aggregates.length === 0) return emptySelect;
  const leaders = new Set(leading(plan.keys.map(({ column }) => column)));
  const keys = plan.keys.filter(({ column }) => leaders.has(column));
  const followers = plan.keys.filter(({ column }) => !leaders.has(column) && required.has(column));
  const expressions = [
    ...[...keys, ...followers].map(({ expression }) => expression),
    ...aggregates.flatMap((aggregate) => aggregate.arguments),
  ];
  const positions = aggregates.flatMap(({ position }) => (position ? [position] : []));
  const input = select(plan.input, union(readsOf(expressions), new Set(positions)), generation);
  const below = followers.length > 0 ? nest(input) : open(input);
  const definitions = new Map(below.definitions);
  for (const { column, expression } of followers) {
    const operand = emit(expression, below, generation);
    definitions.set(column, {
      sql: sql`any(${operand})`,
      plain: false,
      nullable: operand.nullable,
      reads: [],
    });
  }
  for (const { column, expression } of keys) {
    if (expression.kind === 'column' && expression.column === column) continue;
    const operand = emit(expression, below, generation);
    definitions.set(column, {
      sql: operand,
      plain: false,
      nullable: operand.nullable,
      storage: operand.storage,
      reads: [...readsOf([expression])],
    });
  }
  const keyed = plan.keys.length > 0;
  for (const calls of jointly(aggregates)) {
    defineAggregates(calls, keyed, below, generation, definitions);
  }
  const grouped: Select = {
    ...below,
    definitions,
    output: [...keys, ...followers, ...aggregates].map(({ column }) => column),
    groupBy: keys.map(({ column }) => column),
    closed: true,
  };
  const winners =
    followers.length === 0 && winningRows(plan, keys, aggregates, grouped, generation);
  return winners ? { ...grouped, where: [...below.where, winners] } : grouped;
}

/** The aggregates in groups that share a state; one without `joint` stands alone. */
function jointly(aggregates: readonly PlanAggregate[]): PlanAggregate[][] {
  const groups = new Map<unknown, PlanAggregate[]>();
  for (const aggregate of aggregates) {
    const key = aggregate.joint ?? aggregate;
    groups.set(key, [...(groups.get(key) ?? []), aggregate]);
  }
  return [...groups.values()];
}

function defineAggregates(
  calls: readonly PlanAggregate[],
  keyed: boolean,
  below: Select,
  generation: Generation,
  definitions: Map<PlanColumn, Definition>,
): void {
  const [first] = calls;
  if (!first) return;
  const entry = Object.hasOwn(aggregateFunctions, first.name)
    ? aggregateFunctions[first.name]
    : undefined;
  if (!entry) throw notSupported(first.name, first.span, 'aggregate');
  const parts = calls.map((call) => call.arguments.map((part) => emit(part, below, generation)));
  const position = first.position && reference(first.position, below);
  const site = { type: first.column.type, span: first.span, position, keyed };
  const reads = [
    ...readsOf(calls.flatMap((call) => call.arguments)),
    ...(first.position ? [first.position] : []),
  ];
  const define = (column: PlanColumn, text: Sql, from: readonly PlanColumn[], of: Operand[]) => {
    const nullable =
      entry.nullable === 'never'
        ? false
        : entry.nullable !== 'arguments' || !keyed || of.some((part) => part.nullable);
    definitions.set(column, {
      sql: text,
      plain: false,
      nullable: nullable && isNullableColumn(column.type),
      reads: from,
    });
  };
  if (!first.joint || !entry.joint) {
    define(first.column, entry.emit(site, ...(parts[0] ?? [])), reads, parts[0] ?? []);
    return;
  }
  const { state, results } = entry.joint(site, ...parts);
  definitions.set(first.joint, { sql: state, plain: false, nullable: false, reads });
  const texts = results(columnName(first.joint.id));
  for (const [index, call] of calls.entries()) {
    define(call.column, texts[index] ?? state, [first.joint], parts[index] ?? []);
  }
}
