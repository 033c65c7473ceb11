import type { LogicalPlan, PlanColumn, PlanExpression, ScanNode } from './plan.js';
import type { DeviceCondition } from './scope.js';

/** What a query reads of one stored table: more of it than this it never needs. */
export interface TableRead {
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly timeColumn: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
  /** Whether the query itself limits the time, besides what its caller may see. */
  readonly bounded: boolean;
  readonly deviceScoped: boolean;
  readonly deviceGroups: readonly string[] | null;
  readonly deviceRules: readonly (readonly DeviceCondition[])[];
}

interface Bounds {
  readonly from?: Date;
  readonly to?: Date;
}

/** Every stored table that a plan reads, with the columns that its result depends on. */
export function tableReads(plan: LogicalPlan, output: readonly PlanColumn[]): TableRead[] {
  const live = new Set<PlanColumn>(output);
  const scans = new Map<ScanNode, Bounds>();
  // Another use of a shared plan may want more of it: again until nothing is added.
  for (let before = -1; before !== live.size; ) {
    before = live.size;
    scans.clear();
    visit(plan, new Map());
  }
  return [...scans].map(([scan, bounds]) => readOf(scan, bounds, live));

  function visit(node: LogicalPlan, bounds: ReadonlyMap<PlanColumn, Bounds>): void {
    switch (node.kind) {
      case 'scan': {
        const time = node.columns.find(
          ({ source }) => source.kind === 'stored' && source.name === node.timeColumn,
        );
        scans.set(node, (time && bounds.get(time.column)) ?? {});
        return;
      }
      case 'project': {
        const passed = new Map<PlanColumn, Bounds>();
        for (const { column, expression } of node.columns) {
          if (live.has(column)) use(expression);
          const known = bounds.get(column);
          if (known && expression.kind === 'column') passed.set(expression.column, known);
        }
        visit(node.input, passed);
        return;
      }
      case 'filter':
        use(node.condition);
        visit(node.input, narrowed(bounds, node.condition));
        return;
      case 'sort':
        for (const { expression } of node.keys) use(expression);
        visit(node.input, bounds);
        return;
      case 'join': {
        for (const pair of node.on) {
          use(pair.left);
          use(pair.right);
        }
        for (const { column, source } of node.output) if (live.has(column)) live.add(source);
        visit(node.left, new Map());
        visit(node.right, new Map());
        return;
      }
      case 'union': {
        for (const { plan: input, columns } of node.inputs) {
          columns.forEach((expression, index) => {
            const column = node.columns[index];
            if (column && live.has(column)) use(expression);
          });
          visit(input, new Map());
        }
        return;
      }
      case 'shared': {
        for (const { column, source } of node.columns) if (live.has(column)) live.add(source);
        visit(node.shared.plan, new Map());
        return;
      }
      case 'values':
      case 'range':
        return;
      default: {
        // Whatever else such a node computes, it may need.
        const { input, ...rest } = node;
        useAll(rest);
        visit(input, new Map());
      }
    }
  }

  function useAll(value: unknown): void {
    if (typeof value !== 'object' || value === null || value instanceof Date) return;
    if (Array.isArray(value)) {
      for (const each of value) useAll(each);
    } else if (isExpression(value)) {
      use(value);
    } else if (isColumn(value)) {
      live.add(value);
    } else {
      for (const each of Object.values(value)) useAll(each);
    }
  }

  function use(expression: PlanExpression): void {
    switch (expression.kind) {
      case 'column':
        live.add(expression.column);
        return;
      case 'call':
        for (const argument of expression.arguments) use(argument);
        return;
      case 'scalarSubquery':
      case 'tableArgument':
        live.add(expression.column);
        visit(expression.input, new Map());
        return;
      case 'literal':
        return;
    }
  }
}

function isColumn(value: object): value is PlanColumn {
  return 'id' in value && 'name' in value && 'type' in value;
}

function isExpression(value: object): value is PlanExpression {
  return (
    'kind' in value &&
    ['column', 'literal', 'call', 'scalarSubquery', 'tableArgument'].includes(String(value.kind))
  );
}

function readOf(scan: ScanNode, bounds: Bounds, live: ReadonlySet<PlanColumn>): TableRead {
  const { database, table, timeColumn, deviceScoped, deviceGroups, deviceRules } = scan;
  const read = scan.columns.flatMap(({ column, source }) =>
    live.has(column) && source.kind === 'stored' ? [source.name] : [],
  );
  const limited = deviceScoped && deviceGroups !== null;
  const columns = new Set([
    ...read,
    ...(timeColumn ? [timeColumn] : []),
    ...(limited ? ['MachineGroup'] : []),
  ]);
  return {
    database,
    table,
    columns: [...columns],
    timeColumn,
    from: latest(scan.from, bounds.from),
    to: earliest(scan.to, bounds.to),
    bounded: bounds.from !== undefined,
    deviceScoped,
    deviceGroups,
    deviceRules,
  };
}

function latest(one: Date | null, other: Date | undefined): Date | null {
  return one && other ? (one > other ? one : other) : (one ?? other ?? null);
}

function earliest(one: Date | null, other: Date | undefined): Date | null {
  return one && other ? (one < other ? one : other) : (one ?? other ?? null);
}

/** The bounds that a condition puts on datetime columns by comparing them with constants. */
function narrowed(
  bounds: ReadonlyMap<PlanColumn, Bounds>,
  condition: PlanExpression,
): ReadonlyMap<PlanColumn, Bounds> {
  const found = new Map(bounds);
  const narrow = (expression: PlanExpression): void => {
    if (expression.kind !== 'call') return;
    const { name, arguments: [first, second, third] = [] } = expression;
    if (name === 'and') {
      for (const argument of expression.arguments) narrow(argument);
      return;
    }
    if (first?.kind !== 'column') return;
    const [low, high] = [dateOf(second), dateOf(third)];
    const known = found.get(first.column) ?? {};
    const from = (name === '>' || name === '>=' || name === 'between' || name === '==') && low;
    const to =
      name === '<' || name === '<=' || name === '==' ? low : name === 'between' ? high : undefined;
    const next = {
      from: latest(known.from ?? null, from || undefined),
      to: earliest(known.to ?? null, to),
    };
    if (!next.from && !next.to) return;
    found.set(first.column, {
      ...(next.from && { from: next.from }),
      ...(next.to && { to: next.to }),
    });
  };
  narrow(condition);
  return found;
}

const ticksPerMs = 10_000n;

function dateOf(expression: PlanExpression | undefined): Date | undefined {
  if (expression?.kind !== 'literal' || expression.type !== 'datetime') return undefined;
  if (typeof expression.value !== 'bigint') return undefined;
  return new Date(Number(expression.value / ticksPerMs));
}
