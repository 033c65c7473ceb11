import { type TextStorage, textStorageOf } from '../catalog/text-storage.js';
import type { ScalarType } from '../catalog/types.js';
import { HuntError, unreachable } from '../errors.js';
import { type Evaluate, knownValue } from '../plan/known-value.js';
import {
  type CallExpression,
  columnReference,
  type FoldNode,
  type JoinNode,
  type LogicalPlan,
  type PlanAggregate,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type ScanNode,
  type SharedPlan,
  type SortKey,
  tablesBelow,
  type UnnestNode,
} from '../plan/plan.js';
import { isVolatile, isVolatileCall } from '../plan/volatile.js';
import { deviceCondition } from './device-scope.js';
import { foldedRows, foldNames } from './fold.js';
import { aggregateFunctions } from './functions/aggregate.js';
import { scalarFunctions } from './functions/scalar.js';
import { windowFunctions } from './functions/window.js';
import type { CallSite } from './functions.js';
import { columnName, literalSql, type Operand } from './operand.js';
import { rangeSql } from './range.js';
import { refusedFunctions } from './refusals.js';
import { columnTypes, identifier, join, literal, type Sql, sql } from './sql.js';
import { writtenCall } from './written-call.js';

/** How a column of a SELECT is defined: as it comes, or by an expression. */
interface Definition {
  readonly sql: Sql;
  /** It is a plain name: used as it is, without an alias. */
  readonly plain: boolean;
  readonly nullable: boolean;
  /** The value in another form in one step (`Operand.read`). */
  readonly read?: Operand['read'];
  readonly path?: Operand['path'];
  /** How it is stored, where it is a stored column's value as it stands (`Operand.storage`). */
  readonly storage?: TextStorage | undefined;
  readonly lowerCaseOf?: Operand['lowerCaseOf'];
  readonly textAt?: Operand['textAt'];
  /** Columns that the expression reads. */
  readonly reads: readonly PlanColumn[];
  /** Its nodes, with what the names in it stand for; 1 where it is absent. */
  readonly size?: number;
}

/** One SELECT in the making. Aliases are unique in the whole query, so any clause may use them. */
interface Select {
  readonly from: Sql;
  readonly definitions: ReadonlyMap<PlanColumn, Definition>;
  readonly output: readonly PlanColumn[];
  readonly where: readonly { readonly sql: Sql; readonly reads: readonly PlanColumn[] }[];
  readonly groupBy?: readonly PlanColumn[] | undefined;
  readonly orderBy?: { readonly sql: Sql; readonly reads: readonly PlanColumn[] } | undefined;
  readonly limit?: Sql | undefined;
  /** Its columns are final: what comes next needs a SELECT around it. */
  readonly closed: boolean;
}

/** The state of one generation: the named tables that it needs. */
interface Generation {
  readonly uses: ReadonlyMap<number, number>;
  /** Ids of columns that the generation itself makes, and of values by chance: they count down from -1. */
  readonly fresh: { next: number };
  /** Within `toscalar()`: what stands at one place of the query is evaluated once. */
  readonly once: boolean;
  /** Some value is by chance. */
  readonly volatile: boolean;
  readonly evaluate: Evaluate;
  /** Columns of each named table that some use reads. */
  readonly wanted: Map<number, Set<PlanColumn>>;
  readonly named: Map<
    number,
    { readonly name: Sql; readonly sql: Sql; readonly nullable: ReadonlyMap<PlanColumn, boolean> }
  >;
}

/** Writes a row's values as one text. */
export type RowWriter = (operands: readonly Operand[]) => Sql;

/** One SELECT whose only column `row` is what `write` makes of the columns. */
export function generateSql(
  plan: LogicalPlan,
  columns: readonly PlanColumn[],
  write: RowWriter,
  evaluate: Evaluate,
): Sql {
  const { uses, volatile } = surveyed(plan);
  // Passes find which columns of shared tables are read, until they find no more: a shared table may
  // read another. Then the SQL is written.
  const wanted = new Map<number, Set<PlanColumn>>();
  const start = (): Generation => {
    const [named, fresh] = [new Map(), { next: -1 }];
    return { uses, wanted, named, fresh, once: false, volatile, evaluate };
  };
  for (let known = -1; uses.size > 0 && known < sizeOf(wanted); ) {
    known = sizeOf(wanted);
    selectRows(plan, columns, write, start());
  }
  const generation = start();
  const rows = selectRows(plan, columns, write, generation);
  const prefix = [...generation.named.values()].map(
    ({ name, sql: body }) => sql`${name} AS MATERIALIZED (${body})`,
  );
  return prefix.length > 0 ? sql`WITH ${join(prefix)} ${rows}` : rows;
}

function sizeOf(wanted: ReadonlyMap<number, ReadonlySet<PlanColumn>>): number {
  return [...wanted.values()].reduce((size, columns) => size + columns.size, 0);
}

function selectRows(
  plan: LogicalPlan,
  columns: readonly PlanColumn[],
  write: RowWriter,
  generation: Generation,
): Sql {
  if (plan.kind === 'union') return unionRows(plan, columns, write, generation);
  if (plan.kind === 'limit' && plan.by.length === 0 && plan.input.kind === 'union') {
    const rows = unionRows(plan.input, columns, write, generation);
    const count = constantCount(plan.count, constantOf(plan.count, generation));
    return sql`SELECT row FROM (${rows}) LIMIT ${count}`;
  }
  const built = select(plan, new Set(columns), generation);
  const operands = columns.map((column) => outerOperand(column, built));
  return sql`SELECT ${write(operands)} AS row FROM (${print(built, columns)})`;
}

/** Each table of a union writes its own rows: what the others have and it lacks is fixed text there. */
function unionRows(
  plan: Extract<LogicalPlan, { kind: 'union' }>,
  columns: readonly PlanColumn[],
  write: RowWriter,
  generation: Generation,
): Sql {
  const places = columns.map((column) => plan.columns.indexOf(column));
  const branches = plan.inputs.map(({ plan: input, columns: values }) => {
    const expressions = places.flatMap((place) => values[place] ?? []);
    const reads = readsOf(expressions);
    const below = nest(select(input, reads, generation));
    const operands = expressions.map((expression) => emit(expression, below, generation));
    return sql`SELECT ${write(operands)} AS row FROM ${below.from}`;
  });
  return branches.length > 0
    ? sql`SELECT row FROM (${join(branches, sql` UNION ALL `)})`
    : sql`SELECT '' AS row WHERE false`;
}

function outerOperand(column: PlanColumn, from: Select): Operand {
  return {
    ...columnName(column.id),
    type: column.type,
    nullable: from.definitions.get(column)?.nullable ?? true,
    expression: { kind: 'column', column, type: column.type },
  };
}

// ---- plans ---------------------------------------------------------------------------------------

function select(
  plan: LogicalPlan,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  switch (plan.kind) {
    case 'scan':
      return selectScan(plan, required);
    case 'values':
      return selectValues(plan, required, generation);
    case 'range':
      return selectRange(plan, generation);
    case 'project':
      return selectProject(plan.input, plan.columns, required, generation);
    case 'filter':
      return selectFilter(plan, required, generation);
    case 'aggregate':
      return selectAggregate(plan, required, generation);
    case 'join':
      return selectJoin(plan, required, generation);
    case 'sort':
      return selectSort(plan.input, plan.keys, required, generation);
    case 'limit':
      return selectLimit(plan, required, generation);
    case 'union':
      return selectUnion(plan, required, generation);
    case 'unnest':
      return selectUnnest(plan, required, generation);
    case 'window':
      return selectWindow(plan, required, generation);
    case 'fold':
      return selectFold(plan, required, generation);
    case 'shared':
      return selectShared(plan, required, generation);
    default:
      return unreachable(plan);
  }
}

function selectScan(plan: ScanNode, required: ReadonlySet<PlanColumn>): Select {
  const definitions = new Map<PlanColumn, Definition>();
  for (const { column, source } of plan.columns) {
    if (!required.has(column)) continue;
    const isStored = source.kind === 'stored';
    definitions.set(column, {
      sql: isStored ? identifier(source.name) : sql`toInt64(byteSize(${join(storedNames(plan))}))`,
      plain: isStored,
      nullable: isStored && isNullableColumn(column.type) && source.name !== plan.timeColumn,
      storage: isStored ? textStorageOf(source) : undefined,
      reads: [],
    });
  }
  return {
    from: sql`${identifier(plan.database)}.${identifier(plan.table)}`,
    definitions,
    output: [...definitions.keys()],
    where: scopeConditions(plan).map((condition) => ({ sql: condition, reads: [] })),
    closed: false,
  };
}

function storedNames(plan: ScanNode): Sql[] {
  return plan.columns.flatMap(({ source }) =>
    source.kind === 'stored' ? [identifier(source.name)] : [],
  );
}

function isNullableColumn(type: ScalarType): boolean {
  return type !== 'string' && type !== 'dynamic';
}

/** What the caller may see, as conditions on stored columns. */
function scopeConditions(plan: ScanNode): Sql[] {
  const conditions: Sql[] = [];
  if (plan.timeColumn) {
    const time = identifier(plan.timeColumn);
    if (plan.from) conditions.push(sql`${time} >= ${instant(plan.from)}`);
    if (plan.to) conditions.push(sql`${time} <= ${instant(plan.to)}`);
  }
  if (plan.deviceScoped && plan.deviceGroups) {
    const { database, deviceGroups, deviceRules } = plan;
    conditions.push(deviceCondition(database, deviceGroups, deviceRules));
  }
  return conditions;
}

function instant(date: Date): Sql {
  return literalSql({ type: 'datetime', value: BigInt(date.getTime()) * 10_000n });
}

function selectValues(
  plan: Extract<LogicalPlan, { kind: 'values' }>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const columns = plan.columns.length > 0 ? plan.columns : [];
  if (columns.length === 0) {
    const from = plan.rows.length > 0 ? sql`numbers(1)` : sql`(SELECT 1 WHERE false)`;
    return { from, definitions: new Map(), output: [], where: [], closed: false };
  }
  const types = columns.map((column) => {
    const type = columnTypes[column.type];
    return `_q${column.id} ${isNullableColumn(column.type) ? `Nullable(${type})` : type}`;
  });
  const rows = plan.rows.map(
    (row) => sql`(${join(row.map((value) => emit(value, emptySelect, generation)))})`,
  );
  const isEmpty = rows.length === 0;
  const shown = isEmpty
    ? [sql`(${join(columns.map((column) => literalSql({ type: column.type, value: null })))})`]
    : rows;
  const definitions = new Map(
    columns
      .filter((column) => required.has(column))
      .map((column): [PlanColumn, Definition] => [
        column,
        {
          sql: columnName(column.id),
          plain: true,
          nullable: isNullableColumn(column.type),
          reads: [],
        },
      ]),
  );
  return {
    from: sql`values(${literal(types.join(', '))}, ${join(shown)})`,
    definitions,
    output: [...definitions.keys()],
    where: isEmpty ? [{ sql: sql`false`, reads: [] }] : [],
    closed: false,
  };
}

const emptySelect: Select = {
  from: sql`numbers(1)`,
  definitions: new Map(),
  output: [],
  where: [],
  closed: false,
};

function selectRange(
  plan: Extract<LogicalPlan, { kind: 'range' }>,
  generation: Generation,
): Select {
  const part = (expression: PlanExpression) => constantOf(expression, generation);
  const { column } = plan;
  const rows = rangeSql(column.type, part(plan.from), part(plan.to), part(plan.step));
  // Only of stored instants is it known that they are far from the ends of the years that KQL has.
  const nullable = column.type === 'datetime';
  return {
    from: rows.from,
    definitions: new Map([[column, { sql: rows.value, plain: false, nullable, reads: [] }]]),
    output: [column],
    where: [],
    closed: false,
  };
}

function selectProject(
  input: LogicalPlan,
  assignments: readonly PlanAssignment[],
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const wanted = assignments.filter(({ column }) => required.has(column));
  const steps = inSteps(input, wanted, generation);
  if (steps) return selectProject(steps.below, steps.columns, required, generation);
  const below = open(
    select(input, readsOf(wanted.map(({ expression }) => expression)), generation),
  );
  // What differs at each evaluation, or is costly, must not be evaluated once more by a later clause.
  const once = wanted.some(({ expression }) => isVolatile(expression) || isCostlyCall(expression));
  const definitions = new Map(below.definitions);
  let heaviest = 0;
  for (const { column, expression } of wanted) {
    if (expression.kind === 'column' && expression.column === column) continue;
    const operand = emit(expression, below, generation);
    const size = sizeIn(expression, below);
    heaviest = Math.max(heaviest, size);
    definitions.set(column, {
      sql: operand,
      // A renamed column needs no alias of its own.
      plain: expression.kind === 'column',
      nullable: operand.nullable,
      read: operand.read,
      path: operand.path,
      storage: operand.storage,
      lowerCaseOf: operand.lowerCaseOf,
      textAt: operand.textAt,
      reads: [...readsOf([expression])],
      size,
    });
  }
  const projected = { ...below, definitions, output: wanted.map(({ column }) => column) };
  return once || heaviest > largestDefinition ? nest(projected) : projected;
}

/**
 * The engine writes a name's expression out where it is used: `extend x = iff(…, x + 1, x)` step after step
 * grows threefold with each.
 */
const largestDefinition = 2_000;

/** The nodes of an expression once its columns' expressions are written out in it. */
function sizeIn(expression: PlanExpression, below: Select): number {
  if (expression.kind === 'column') return below.definitions.get(expression.column)?.size ?? 1;
  if (expression.kind !== 'call') return 1;
  return expression.arguments.reduce((sum, part) => sum + sizeIn(part, below), 1);
}

/** The projection with the costly calls inside its expressions computed by a projection below it. */
function inSteps(
  input: LogicalPlan,
  assignments: readonly PlanAssignment[],
  generation: Generation,
): { readonly below: LogicalPlan; readonly columns: readonly PlanAssignment[] } | undefined {
  const lifted = new Map<PlanExpression, PlanColumn>();
  const lift = (expression: PlanExpression): PlanExpression =>
    expression.kind === 'call'
      ? { ...expression, arguments: expression.arguments.map(part) }
      : expression;
  const part = (expression: PlanExpression): PlanExpression => {
    if (!isCostlyCall(expression)) return lift(expression);
    const { type } = expression;
    const column = lifted.get(expression) ?? { id: generation.fresh.next--, name: 'part', type };
    lifted.set(expression, column);
    return { kind: 'column', column, type };
  };
  const columns = assignments.map(({ column, expression }) => ({
    column,
    expression: isCostlyCall(expression) ? expression : lift(expression),
  }));
  if (lifted.size === 0) return undefined;
  const made = new Set(lifted.values());
  const passed = [...readsOf(columns.map(({ expression }) => expression))].filter(
    (column) => !made.has(column),
  );
  const below = [
    ...passed.map((column): PlanAssignment => {
      return { column, expression: { kind: 'column', column, type: column.type } };
    }),
    ...[...lifted].map(([expression, column]) => ({ column, expression })),
  ];
  return { below: { kind: 'project', input, columns: below }, columns };
}

function isCostlyCall(expression: PlanExpression): boolean {
  return (
    expression.kind === 'call' &&
    Object.hasOwn(scalarFunctions, expression.name) &&
    scalarFunctions[expression.name]?.costly === true
  );
}

function selectFilter(
  plan: Extract<LogicalPlan, { kind: 'filter' }>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const reads = readsOf([plan.condition]);
  const input = select(plan.input, union(required, reads), generation);
  // Else a condition by chance is evaluated on one side of a join too.
  const isHeld = isVolatile(plan.condition) && hasJoin(plan.input);
  const below = isHeld ? heldBack(input) : open(input);
  const condition = emit(plan.condition, below, generation, true);
  return {
    ...below,
    where: [...below.where, { sql: condition, reads: [...reads] }],
    output: [...required].filter((column) => below.definitions.has(column)),
  };
}

function selectAggregate(
  plan: Extract<LogicalPlan, { kind: 'aggregate' }>,
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

/**
 * Fewer values are taken along by the aggregate itself at less than it costs to look for their rows; where
 * there may be nearly as many groups as rows, many more are.
 */
const leastValues = { fewGroups: 3, manyGroups: 20 };

/**
 * Where all that is asked of each group is its row with the greatest key (`arg_max(Timestamp, *)`): that a
 * row is one of these. Of the others no more is read then than their groups and keys.
 */
function winningRows(
  plan: Extract<LogicalPlan, { kind: 'aggregate' }>,
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

/** The columns whose values the others follow: what tells groups apart. */
function leading(columns: readonly PlanColumn[]): PlanColumn[] {
  return columns.filter(({ follows }) => !(follows && columns.includes(follows)));
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

function selectSort(
  input: LogicalPlan,
  keys: readonly SortKey[],
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const reads = readsOf(keys.map(({ expression }) => expression));
  const below = open(select(input, union(required, reads), generation));
  return {
    ...below,
    orderBy: { sql: orderBy(keys, below, generation), reads: [...reads] },
    closed: true,
  };
}

function orderBy(keys: readonly SortKey[], from: Select, generation: Generation): Sql {
  return join(
    keys.map(({ expression, descending, nullsFirst }) => {
      const key = emit(expression, from, generation);
      const direction = descending ? sql`DESC` : sql`ASC`;
      if (!key.nullable) return sql`${key} ${direction}`;
      return sql`${key} ${direction} ${nullsFirst ? sql`NULLS FIRST` : sql`NULLS LAST`}`;
    }),
  );
}

function selectLimit(
  plan: Extract<LogicalPlan, { kind: 'limit' }>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const by = leading(plan.by);
  const needed = union(required, new Set(by));
  const input = select(plan.input, needed, generation);
  const below = input.limit || (input.closed && !input.orderBy) ? nest(input) : input;
  const count = sql`toUInt64(greatest(0, ${constantOf(plan.count, generation)}))`;
  const limit =
    by.length > 0
      ? sql`LIMIT ${constantCount(plan.count, count)} BY ${join(by.map((column) => reference(column, below)))}`
      : sql`LIMIT ${constantCount(plan.count, count)}`;
  return { ...below, limit, closed: true };
}

/**
 * A value where the engine wants a constant. It takes few functions of constants for one (no lambda's
 * results), but every sub-query.
 */
function constantOf(expression: PlanExpression, generation: Generation): Operand {
  const value = emit(expression, emptySelect, generation);
  return expression.kind === 'call' ? { ...value, ...sql`(SELECT ${value})` } : value;
}

function constantCount(expression: PlanExpression, otherwise: Sql): Sql {
  if (expression.kind !== 'literal' || typeof expression.value !== 'bigint') return otherwise;
  return { text: String(expression.value < 0n ? 0n : expression.value) };
}

function selectJoin(
  plan: JoinNode,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const output = plan.output.filter(({ column }) => required.has(column));
  const side = (name: 'left' | 'right') => {
    const keys = plan.on.map((pair) => pair[name]);
    const sources = output.filter((item) => item.side === name).map(({ source }) => source);
    const input = open(select(plan[name], union(new Set(sources), readsOf(keys)), generation));
    return {
      input,
      sources,
      keys: keys.map((key) => emit(key, input, generation)),
      reads: readsOf(keys),
    };
  };
  const [left, right] = [side('left'), side('right')];
  const names = { left: identifier('_l'), right: identifier('_r') };
  const keyName = (index: number) => identifier(`_k${index}`);
  const subquery = (part: ReturnType<typeof side>, suffix: Sql) => {
    const keys = part.keys.map((key, index) => sql`${key} AS ${keyName(index)}`);
    const columns = [...new Set(part.sources)].map((column) => selectItem(column, part.input));
    return sql`(${printWith(part.input, [...keys, ...columns], part.sources, part.reads)}${suffix})`;
  };
  const keyNames = join(plan.on.map((_, index) => keyName(index)));
  const unique = plan.uniqueLeft && plan.on.length > 0 ? sql` LIMIT 1 BY ${keyNames}` : sql``;
  const joins: Readonly<Record<typeof plan.join, Sql>> = {
    inner: sql`INNER JOIN`,
    left: sql`LEFT JOIN`,
    right: sql`RIGHT JOIN`,
    full: sql`FULL JOIN`,
    leftSemi: sql`LEFT SEMI JOIN`,
    leftAnti: sql`LEFT ANTI JOIN`,
  };
  const on = plan.on.map(
    (_, index) => sql`${names.left}.${keyName(index)} = ${names.right}.${keyName(index)}`,
  );
  const condition = on.length > 0 ? join(on, sql` AND `) : sql`1 = 1`;
  const definitions = new Map<PlanColumn, Definition>();
  for (const { column, source, side: from } of output) {
    const outer =
      (from === 'right' && /left|full/.test(plan.join)) ||
      (from === 'left' && /right|full/.test(plan.join));
    const name = sql`${names[from]}.${columnName(source.id)}`;
    const input = from === 'left' ? left.input : right.input;
    const known = input.definitions.get(source);
    definitions.set(column, {
      sql: outer && !isNullableColumn(column.type) ? sql`ifNull(${name}, '')` : name,
      plain: false,
      nullable: isNullableColumn(column.type) && (outer || (known?.nullable ?? true)),
      storage: outer ? undefined : known?.storage,
      reads: [],
    });
  }
  const [first, second] = [
    sql`${subquery(left, unique)} AS ${names.left}`,
    sql`${subquery(right, sql``)} AS ${names.right}`,
  ];
  const mirrored = mirroredJoins[plan.join];
  return {
    from:
      mirrored && isLeftSmaller(plan)
        ? sql`${second} ${joins[mirrored]} ${first} ON ${condition}`
        : sql`${first} ${joins[plan.join]} ${second} ON ${condition}`,
    definitions,
    output: [...definitions.keys()],
    where: [],
    closed: true,
  };
}

/** The same join with its sides exchanged. */
const mirroredJoins: Readonly<Partial<Record<JoinNode['join'], JoinNode['join']>>> = {
  inner: 'inner',
  left: 'right',
  right: 'left',
};

/**
 * The engine holds the second side of a join in memory, and exchanges the sides only where it can tell from
 * an index how many rows they have. KQL's advice is to have the smaller side first.
 */
function isLeftSmaller({ left, right, uniqueLeft, on }: JoinNode): boolean {
  const size = sizeClass(left);
  const first = uniqueLeft && on.length > 0 ? Math.min(size, sizeClasses.oneOfEach) : size;
  return first < sizeClass(right);
}

/** How many rows there may be, in rough classes. */
const sizeClasses = { few: 0, oneOfEach: 1, filtered: 2, stored: 3 };

function sizeClass(plan: LogicalPlan): number {
  switch (plan.kind) {
    case 'scan':
      return sizeClasses.stored;
    case 'values':
    case 'range':
    case 'aggregate':
      return sizeClasses.few;
    case 'limit': {
      const most = plan.by.length > 0 ? sizeClasses.oneOfEach : sizeClasses.few;
      return Math.min(sizeClass(plan.input), most);
    }
    case 'filter': {
      // A span of time says nothing: mostly both sides have the same.
      const isTime = [...readsOf([plan.condition])].every(({ type }) => type === 'datetime');
      return Math.min(sizeClass(plan.input), isTime ? sizeClasses.stored : sizeClasses.filtered);
    }
    case 'shared': {
      // It may be used often.
      const size = sharedSizes.get(plan.shared) ?? sizeClass(plan.shared.plan);
      sharedSizes.set(plan.shared, size);
      return size;
    }
    default:
      return Math.max(sizeClasses.few, ...tablesBelow(plan).map(sizeClass));
  }
}

const sharedSizes = new WeakMap<SharedPlan, number>();

function selectUnion(
  plan: Extract<LogicalPlan, { kind: 'union' }>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const kept = plan.columns.flatMap((column, index) => (required.has(column) ? [index] : []));
  const branches = plan.inputs.map(({ plan: input, columns }) => {
    const expressions = kept.flatMap((index) => columns[index] ?? []);
    const below = open(select(input, readsOf(expressions), generation));
    return {
      below,
      operands: expressions.map((expression) => emit(expression, below, generation)),
      reads: [...readsOf(expressions)],
    };
  });
  const definitions = new Map<PlanColumn, Definition>();
  kept.forEach((index, place) => {
    const column = plan.columns[index];
    if (!column) return;
    const nullable = branches.some(({ operands }) => operands[place]?.nullable ?? true);
    const [storage, ...others] = new Set(
      branches.flatMap(({ operands }) => {
        const operand = operands[place];
        return operand && !operand.constant ? [operand.storage] : [];
      }),
    );
    definitions.set(column, {
      sql: columnName(column.id),
      plain: true,
      nullable,
      storage: others.length === 0 ? storage : undefined,
      reads: [],
    });
  });
  const columns = [...definitions.keys()];
  const texts = branches.map(({ below, operands, reads }) => {
    const items = operands.map(
      (operand, place) => sql`${operand} AS ${columnName(columns[place]?.id ?? 0)}`,
    );
    return printWith(below, items.length > 0 ? items : [sql`1`], [], reads);
  });
  const from =
    texts.length > 0 ? sql`(${join(texts, sql` UNION ALL `)})` : sql`(SELECT 1 WHERE false)`;
  return { from, definitions, output: columns, where: [], closed: false };
}

function selectUnnest(
  plan: UnnestNode,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const expressions = plan.items.map(({ expression }) => expression);
  const counters = [plan.index, plan.position].flatMap((column) =>
    column && required.has(column) ? [column] : [],
  );
  const made = new Set([...plan.items.map(({ column }) => column), ...counters]);
  const passed = [...required].filter((column) => !made.has(column));
  const reads = readsOf(plan.limit ? [...expressions, plan.limit] : expressions);
  const below = open(select(plan.input, union(new Set(passed), reads), generation));
  // The arrays are columns of the inner SELECT, so that their text is written once.
  const name = (index: number) => identifier(`_u${plan.items[index]?.column.id}`);
  const arrays = expressions.map(
    (expression, index) => sql`${emit(expression, below, generation)} AS ${name(index)}`,
  );
  const inner = [...passed.map((column) => selectItem(column, below)), ...arrays];
  const lengths = arrays.map((_, index) => sql`length(${name(index)})`);
  const longest = lengths.length > 1 ? sql`greatest(${join(lengths)})` : join(lengths);
  const most = plan.limit && emit(plan.limit, emptySelect, generation);
  const size = most
    ? sql`least(${longest}, toUInt64(greatest(0, ${most.nullable ? sql`ifNull(${most}, 0)` : most})))`
    : longest;
  const isWhole = arrays.length === 1 && !most;
  const joined = plan.items.map(({ column }, index) => {
    const array = isWhole ? name(index) : sql`arrayResize(${name(index)}, ${size}, '')`;
    return sql`${array} AS ${columnName(column.id)}`;
  });
  for (const column of counters) {
    joined.push(sql`arrayMap(_i -> toInt64(_i), range(${size})) AS ${columnName(column.id)}`);
  }
  const definitions = new Map<PlanColumn, Definition>();
  for (const column of [...passed, ...made]) {
    const nullable = !made.has(column) && (below.definitions.get(column)?.nullable ?? true);
    definitions.set(column, { sql: columnName(column.id), plain: true, nullable, reads: [] });
  }
  const rows = sql`(${printWith(below, inner, passed, reads)}) ARRAY JOIN ${join(joined)}`;
  const output = [...required];
  const unnested: Select = { from: rows, definitions, output, where: [], closed: false };
  // Else what reads no element is evaluated before the join, once for all elements.
  return generation.volatile ? heldBack(unnested) : unnested;
}

function selectWindow(
  plan: Extract<LogicalPlan, { kind: 'window' }>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const made = new Set(plan.functions.map(({ column }) => column));
  const parts = plan.functions.filter(({ column }) => required.has(column));
  const reads = readsOf([
    ...parts.flatMap((each) => each.arguments),
    ...plan.orderBy.map(({ expression }) => expression),
  ]);
  const passed = [...required].filter((column) => !made.has(column));
  const partitionBy = leading(plan.partitionBy);
  const below = nest(
    select(plan.input, union(union(new Set(passed), reads), new Set(partitionBy)), generation),
  );
  if (parts.length === 0) return { ...below, output: passed };
  const partition =
    partitionBy.length > 0
      ? sql`PARTITION BY ${join(partitionBy.map((column) => reference(column, below)))} `
      : sql``;
  const order =
    plan.orderBy.length > 0 ? sql`ORDER BY ${orderBy(plan.orderBy, below, generation)}` : sql``;
  const definitions = new Map(below.definitions);
  for (const { column, name, arguments: given, span } of parts) {
    const entry = windowFunctions[name];
    if (!entry) throw notSupported(name, span, 'window function');
    const operands = given.map((part) => emit(part, below, generation));
    definitions.set(column, {
      sql: entry.emit({ partition, order }, ...operands),
      plain: false,
      nullable: entry.nullable && isNullableColumn(column.type),
      reads: [...readsOf(given)],
    });
  }
  return nest({ ...below, definitions, output: [...passed, ...parts.map(({ column }) => column)] });
}

function selectFold(
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

function selectShared(
  plan: Extract<LogicalPlan, { kind: 'shared' }>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const { shared } = plan;
  const used = plan.columns.filter(({ column }) => required.has(column));
  if (!isNamed(shared, generation)) {
    const assignments = used.map(
      ({ column, source }): PlanAssignment => ({
        column,
        expression: { kind: 'column', column: source, type: source.type },
      }),
    );
    return selectProject(shared.plan, assignments, required, generation);
  }
  const wanted = generation.wanted.get(shared.id) ?? new Set();
  for (const { source } of used) wanted.add(source);
  generation.wanted.set(shared.id, wanted);
  const named = namedTable(shared, wanted, generation);
  const definitions = new Map(
    used.map(({ column, source }): [PlanColumn, Definition] => [
      column,
      {
        sql: columnName(source.id),
        plain: true,
        nullable: named.nullable.get(source) ?? true,
        reads: [],
      },
    ]),
  );
  return {
    from: named.name,
    definitions,
    output: [...definitions.keys()],
    where: [],
    closed: false,
  };
}

function namedTable(shared: SharedPlan, wanted: ReadonlySet<PlanColumn>, generation: Generation) {
  const known = generation.named.get(shared.id);
  if (known) return known;
  const built = select(shared.plan, wanted, generation);
  const columns = [...wanted];
  const named = {
    name: identifier(`_t${shared.id}`),
    sql:
      columns.length > 0
        ? print(built, columns)
        : printWith(built, [sql`1 AS ${identifier('_one')}`], []),
    nullable: new Map(
      columns.map((column) => [column, built.definitions.get(column)?.nullable ?? true]),
    ),
  };
  generation.named.set(shared.id, named);
  return named;
}

/** Whether a shared table is evaluated once under a name: when that saves work, or must be so. */
function isNamed(shared: SharedPlan, generation: Generation): boolean {
  if ((generation.uses.get(shared.id) ?? 0) < 2) return false;
  return shared.materialized || (isCostly(shared.plan) && !hasVolatile(shared.plan));
}

/** Whether a node of the plan is such a one; of shared tables the answer is kept, as they may be used often. */
function someNode(
  test: (plan: LogicalPlan) => boolean,
  isApart: (shared: SharedPlan) => boolean = () => false,
): (plan: LogicalPlan) => boolean {
  const known = new WeakMap<SharedPlan, boolean>();
  const found = (plan: LogicalPlan): boolean => {
    if (plan.kind !== 'shared') return test(plan) || tablesBelow(plan).some(found);
    const { shared } = plan;
    const answer = known.get(shared) ?? (!isApart(shared) && found(shared.plan));
    known.set(shared, answer);
    return answer;
  };
  return found;
}

/** Whether each evaluation gives other rows, which KQL leaves to `materialize()` to prevent. */
const hasVolatile = someNode(
  (plan) => expressionsOf(plan).some(isVolatile),
  ({ materialized }) => materialized,
);

const hasJoin = someNode(({ kind }) => kind === 'join');

function isCostly(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'range':
      return false;
    case 'filter':
    case 'project':
      return isCostly(plan.input);
    case 'shared':
      return isCostly(plan.shared.plan);
    default:
      return true;
  }
}

/** How often each shared table is used, and whether there is a value by chance. */
function surveyed(root: LogicalPlan): { uses: Map<number, number>; volatile: boolean } {
  const uses = new Map<number, number>();
  let volatile = false;
  const visit = (plan: LogicalPlan): void => {
    volatile ||= expressionsOf(plan).some(isVolatile);
    if (plan.kind === 'shared') {
      const count = (uses.get(plan.shared.id) ?? 0) + 1;
      uses.set(plan.shared.id, count);
      if (count > 1) return;
    }
    for (const input of inputsOf(plan)) visit(input);
  };
  visit(root);
  return { uses, volatile };
}

function inputsOf(plan: LogicalPlan): LogicalPlan[] {
  return [...tablesBelow(plan), ...expressionsOf(plan).flatMap(subplansOf)];
}

/** The expressions of the node itself. */
function expressionsOf(plan: LogicalPlan): readonly PlanExpression[] {
  switch (plan.kind) {
    case 'scan':
    case 'shared':
      return [];
    case 'values':
      return plan.rows.flat();
    case 'range':
      return [plan.from, plan.to, plan.step];
    case 'project':
      return plan.columns.map((item) => item.expression);
    case 'filter':
      return [plan.condition];
    case 'aggregate':
      return [
        ...plan.keys.map((key) => key.expression),
        ...plan.aggregates.flatMap((aggregate) => aggregate.arguments),
      ];
    case 'join':
      return plan.on.flatMap((pair) => [pair.left, pair.right]);
    case 'sort':
      return plan.keys.map((key) => key.expression);
    case 'limit':
      return [plan.count];
    case 'union':
      return plan.inputs.flatMap((input) => input.columns);
    case 'unnest':
      return plan.items.map((item) => item.expression);
    case 'fold':
      return plan.steps.map((step) => step.expression);
    case 'window':
      return plan.functions.flatMap((each) => each.arguments);
    default:
      return unreachable(plan);
  }
}

function subplansOf(expression: PlanExpression): LogicalPlan[] {
  if (expression.kind === 'call') return expression.arguments.flatMap(subplansOf);
  if (expression.kind === 'scalarSubquery' || expression.kind === 'tableArgument')
    return [expression.input];
  return [];
}

// ---- SELECTs -------------------------------------------------------------------------------------

/** The SELECT, ready to take more clauses. */
function open(from: Select): Select {
  return from.closed ? nest(from) : from;
}

/** A SELECT of all rows past whose limit the engine moves no later clause. */
function heldBack(from: Select): Select {
  const limit = sql`LIMIT ${{ text: '18446744073709551615' }}`;
  return nest({ ...(from.limit ? nest(from) : from), limit, closed: true });
}

function nest(from: Select): Select {
  const columns = from.output.filter((column) => from.definitions.has(column));
  const definitions = new Map(
    columns.map((column): [PlanColumn, Definition] => [
      column,
      {
        sql: columnName(column.id),
        plain: true,
        nullable: from.definitions.get(column)?.nullable ?? true,
        storage: from.definitions.get(column)?.storage,
        reads: [],
      },
    ]),
  );
  return {
    from: sql`(${print(from, columns)})`,
    definitions,
    output: columns,
    where: [],
    closed: false,
  };
}

function print(from: Select, columns: readonly PlanColumn[]): Sql {
  const items = columns.map((column) => selectItem(column, from));
  return printWith(from, items.length > 0 ? items : [sql`1`], columns);
}

function selectItem(column: PlanColumn, from: Select): Sql {
  const definition = from.definitions.get(column);
  if (!definition) throw new Error(`column ${column.name} (${column.id}) is not defined here`);
  return definition.sql.text === columnName(column.id).text
    ? definition.sql
    : sql`${definition.sql} AS ${columnName(column.id)}`;
}

/**
 * The SELECT's text. `outputs` are columns that the items define under their names, `reads` those that
 * other items read; definitions that are read but not put out go into its WITH.
 */
function printWith(
  from: Select,
  items: readonly Sql[],
  outputs: readonly PlanColumn[],
  reads: Iterable<PlanColumn> = [],
): Sql {
  const shown = new Set(outputs);
  const hidden = new Map<PlanColumn, Sql>();
  const visit = (column: PlanColumn): void => {
    const definition = from.definitions.get(column);
    if (!definition) return;
    for (const read of definition.reads) {
      if (read !== column && !hidden.has(read)) visit(read);
    }
    if (!shown.has(column) && !definition.plain) {
      hidden.set(column, sql`${definition.sql} AS ${columnName(column.id)}`);
    }
  };
  const readLater = [
    ...outputs.flatMap((column) => from.definitions.get(column)?.reads ?? []),
    ...from.where.flatMap(({ reads }) => reads),
    ...(from.groupBy ?? []),
    ...(from.orderBy?.reads ?? []),
    ...reads,
  ];
  for (const column of readLater) visit(column);
  const clauses = [
    ...(hidden.size > 0 ? [sql`WITH ${join([...hidden.values()])}`] : []),
    sql`SELECT ${join(items)} FROM ${from.from}`,
    ...(from.where.length > 0
      ? [
          sql`WHERE ${join(
            from.where.map((item) => item.sql),
            sql` AND `,
          )}`,
        ]
      : []),
    ...(from.groupBy && from.groupBy.length > 0
      ? [sql`GROUP BY ${join(from.groupBy.map((column) => reference(column, from)))}`]
      : []),
    ...(from.orderBy ? [sql`ORDER BY ${from.orderBy.sql}`] : []),
    ...(from.limit ? [from.limit] : []),
  ];
  return join(clauses, sql` `);
}

// ---- expressions ---------------------------------------------------------------------------------

function reference(column: PlanColumn, from: Select): Sql {
  const definition = from.definitions.get(column);
  if (!definition) throw new Error(`column ${column.name} (${column.id}) is not defined here`);
  return definition.plain ? definition.sql : columnName(column.id);
}

function emit(
  expression: PlanExpression,
  from: Select,
  generation: Generation,
  filter = false,
): Operand {
  switch (expression.kind) {
    case 'column': {
      const definition = from.definitions.get(expression.column);
      return {
        ...reference(expression.column, from),
        type: expression.type,
        nullable: definition?.nullable ?? true,
        expression,
        read: definition?.read,
        path: definition?.path,
        storage: definition?.storage,
        lowerCaseOf: definition?.lowerCaseOf,
        textAt: definition?.textAt,
        computed: definition && !definition.plain,
      };
    }
    case 'literal':
      return literalOperand(expression);
    case 'scalarSubquery': {
      const once = { ...generation, once: true };
      const body = print(select(expression.input, new Set([expression.column]), once), [
        expression.column,
      ]);
      const isText = !isNullableColumn(expression.type);
      // No row is no text, and the engine has no null of stored texts (LowCardinality) to say so.
      const query = isText
        ? sql`ifNull((SELECT any(toString(${columnName(expression.column.id)})) FROM (${body})), '')`
        : sql`(${body})`;
      return { ...query, type: expression.type, nullable: !isText, expression };
    }
    case 'tableArgument': {
      const body = print(select(expression.input, new Set([expression.column]), generation), [
        expression.column,
      ]);
      return { ...body, type: expression.type, nullable: true, expression, table: true };
    }
    case 'call':
      return emitCall(expression, from, generation, filter);
    default:
      return unreachable(expression);
  }
}

const literalOperands = new WeakMap<PlanExpression, Operand>();

function literalOperand(expression: Extract<PlanExpression, { kind: 'literal' }>): Operand {
  const known = literalOperands.get(expression);
  if (known) return known;
  const operand: Operand = {
    ...literalSql(expression),
    type: expression.type,
    nullable:
      expression.sinceNow === undefined &&
      expression.value === null &&
      isNullableColumn(expression.type),
    constant: expression,
    expression,
  };
  literalOperands.set(expression, operand);
  return operand;
}

function emitCall(
  call: CallExpression,
  from: Select,
  generation: Generation,
  filter: boolean,
): Operand {
  const entry = Object.hasOwn(scalarFunctions, call.name) ? scalarFunctions[call.name] : undefined;
  if (!entry) throw notSupported(call.name, call.span, 'function');
  const keepsFilter = filter && (call.name === 'and' || call.name === 'or');
  const inner = call.name === 'toscalar' ? { ...generation, once: true } : generation;
  const parts = call.arguments.map((part, place) => {
    const decides = entry.constants?.includes(place) ?? false;
    const argument = decides ? knownValue(part, generation.evaluate) : part;
    return emit(argument, from, inner, keepsFilter);
  });
  const place =
    isVolatileCall(call.name) && !generation.once ? generation.fresh.next-- : call.span.start;
  const site: CallSite = { type: call.type, span: call.span, filter, place };
  const text = writtenCall(entry, site, parts);
  const nullable =
    text.nullable ??
    (entry.nullable === 'always' ||
      (entry.nullable !== 'never' && parts.some((part) => part.nullable)));
  return {
    text: text.text,
    type: call.type,
    nullable: nullable && isNullableColumn(call.type),
    expression: call,
    ...(entry.read && { read: (form) => entry.read?.(form, ...parts) }),
    ...(entry.isPath && { path: parts }),
    ...(entry.textAt && { textAt: (key: Operand) => entry.textAt?.(key, ...parts) }),
    ...(entry.isLowerCase && parts[0]?.type === 'string' && { lowerCaseOf: parts[0] }),
  };
}

function notSupported(name: string, span: CallExpression['span'], what: string): HuntError {
  const because = Object.hasOwn(refusedFunctions, name) ? refusedFunctions[name] : undefined;
  return new HuntError(
    'kql.unsupported',
    { what: `The ${what} '${name}'`, because: because ?? 'Quarry does not have it yet' },
    { span },
  );
}

function readsOf(expressions: readonly PlanExpression[]): Set<PlanColumn> {
  const found = new Set<PlanColumn>();
  const visit = (expression: PlanExpression): void => {
    if (expression.kind === 'column') found.add(expression.column);
    else if (expression.kind === 'call') expression.arguments.forEach(visit);
  };
  expressions.forEach(visit);
  return found;
}

function union<T>(first: ReadonlySet<T>, second: ReadonlySet<T>): Set<T> {
  return new Set([...first, ...second]);
}
