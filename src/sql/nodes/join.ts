import { readsOf, union } from '../../plan/columns.js';
import {
  type JoinNode,
  type LogicalPlan,
  type PlanColumn,
  type SharedPlan,
  tablesBelow,
} from '../../plan/plan.js';
import { emit } from '../expression.js';
import { type Generation, select } from '../generation.js';
import { columnName } from '../operand.js';
import { type Definition, open, printWith, type Select, selectItem } from '../select.js';
import { identifier, isNullableColumn, join, type Sql, sql } from '../sql.js';

export function selectJoin(
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
    const items = keys.length + columns.length > 0 ? [...keys, ...columns] : [sql`1`];
    return sql`(${printWith(part.input, items, part.sources, part.reads)}${suffix})`;
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
