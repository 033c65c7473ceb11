import type { ScalarType } from '../catalog/types.js';
import type { TextSpan } from '../errors.js';
import type { LiteralValue } from '../kql/literals.js';
import type { Graph } from './graph.js';
import type { DeviceCondition } from './scope.js';

/** A column of the plan: the object is its identity, names may repeat. */
export interface PlanColumn {
  readonly id: number;
  readonly name: string;
  readonly type: ScalarType;
  /** Rows that agree in that column agree in this one: to group by both is to group by that one. */
  readonly follows?: PlanColumn;
}

/** A typed scalar expression over the columns of its node's input. */
export type PlanExpression =
  | { readonly kind: 'column'; readonly column: PlanColumn; readonly type: ScalarType }
  | ({ readonly kind: 'literal' } & LiteralValue)
  | CallExpression
  /** `toscalar(...)`: the first row's first column, evaluated once. */
  | {
      readonly kind: 'scalarSubquery';
      readonly input: LogicalPlan;
      readonly column: PlanColumn;
      readonly type: ScalarType;
    }
  /** A one-column table as an argument, as in `x in (T)`. */
  | {
      readonly kind: 'tableArgument';
      readonly input: LogicalPlan;
      readonly column: PlanColumn;
      readonly type: ScalarType;
    };

/** A KQL function or operator by its registry name. */
export interface CallExpression {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly PlanExpression[];
  readonly type: ScalarType;
  readonly span: TextSpan;
}

export interface PlanAssignment {
  readonly column: PlanColumn;
  readonly expression: PlanExpression;
}

export interface PlanAggregate {
  readonly column: PlanColumn;
  /** An aggregate of the registry. */
  readonly name: string;
  readonly arguments: readonly PlanExpression[];
  /** Where the input has an order that the aggregate must keep (`make_list`): ascending position. */
  readonly position: PlanColumn | null;
  /** Aggregates of the same `joint` are results of one state, which has this column. */
  readonly joint?: PlanColumn;
  readonly span: TextSpan;
}

export interface SortKey {
  readonly expression: PlanExpression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface WindowFunction {
  readonly column: PlanColumn;
  /** A window function of the registry. */
  readonly name: string;
  readonly arguments: readonly PlanExpression[];
  readonly span: TextSpan;
}

/** Rows of stored data: the only node that names a stored table, and the one that carries the scope. */
export interface ScanNode {
  readonly kind: 'scan';
  readonly database: string;
  readonly table: string;
  readonly columns: readonly { readonly column: PlanColumn; readonly source: ScanSource }[];
  readonly timeColumn: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
  /** Device groups that rows must belong to, by `MachineGroup`; null: no limit. */
  readonly deviceGroups: readonly string[] | null;
  /** Devices whose rows may be seen besides. */
  readonly deviceRules: readonly (readonly DeviceCondition[])[];
  readonly deviceScoped: boolean;
}

export type ScanSource =
  | { readonly kind: 'stored'; readonly name: string; readonly type: ScalarType }
  | { readonly kind: 'rowBytes' };

export type JoinKind = 'inner' | 'left' | 'right' | 'full' | 'leftSemi' | 'leftAnti';

export type LogicalPlan =
  | ScanNode
  | {
      readonly kind: 'values';
      readonly columns: readonly PlanColumn[];
      readonly rows: readonly (readonly PlanExpression[])[];
    }
  | {
      readonly kind: 'range';
      readonly column: PlanColumn;
      readonly from: PlanExpression;
      readonly to: PlanExpression;
      readonly step: PlanExpression;
    }
  /** Exactly the listed columns. */
  | {
      readonly kind: 'project';
      readonly input: LogicalPlan;
      readonly columns: readonly PlanAssignment[];
    }
  | { readonly kind: 'filter'; readonly input: LogicalPlan; readonly condition: PlanExpression }
  | {
      readonly kind: 'aggregate';
      readonly input: LogicalPlan;
      readonly keys: readonly PlanAssignment[];
      readonly aggregates: readonly PlanAggregate[];
    }
  | JoinNode
  | { readonly kind: 'sort'; readonly input: LogicalPlan; readonly keys: readonly SortKey[] }
  /** The first `count` rows (after `offset`), of each group of equal `by` columns where there are some. */
  | {
      readonly kind: 'limit';
      readonly input: LogicalPlan;
      readonly count: PlanExpression;
      readonly by: readonly PlanColumn[];
    }
  | {
      readonly kind: 'union';
      readonly columns: readonly PlanColumn[];
      readonly inputs: readonly {
        readonly plan: LogicalPlan;
        readonly columns: readonly PlanExpression[];
      }[];
    }
  /** One row for each element of the arrays, zipped; `arrays` are expressions of the registry that give a ClickHouse array. */
  | UnnestNode
  | {
      readonly kind: 'window';
      readonly input: LogicalPlan;
      readonly partitionBy: readonly PlanColumn[];
      readonly orderBy: readonly SortKey[];
      readonly functions: readonly WindowFunction[];
    }
  | FoldNode
  /** Another use of a plan that is named once. */
  | {
      readonly kind: 'shared';
      readonly shared: SharedPlan;
      readonly columns: readonly { readonly column: PlanColumn; readonly source: PlanColumn }[];
    };

/** The nodes of one kind. */
export type PlanNode<Kind extends LogicalPlan['kind']> = Extract<
  LogicalPlan,
  { readonly kind: Kind }
>;

export interface JoinNode {
  readonly kind: 'join';
  readonly join: JoinKind;
  /** Keep one row of the left side for each key first (Kusto's default, innerunique). */
  readonly uniqueLeft: boolean;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly on: readonly { readonly left: PlanExpression; readonly right: PlanExpression }[];
  readonly output: readonly {
    readonly column: PlanColumn;
    readonly source: PlanColumn;
    readonly side: 'left' | 'right';
  }[];
}

export interface UnnestNode {
  readonly kind: 'unnest';
  readonly input: LogicalPlan;
  readonly items: readonly { readonly column: PlanColumn; readonly expression: PlanExpression }[];
  /** The place of a value among those of its row, from 0. */
  readonly index: PlanColumn | null;
  /** The same, hidden from the query: it keeps the order of the values. */
  readonly position?: PlanColumn;
  /** At most so many rows of each input row. */
  readonly limit: PlanExpression | null;
}

/**
 * The rows of each partition one after the other, with values that each row hands to the next: what
 * `scan` needs and no window function gives. It costs far more than they do.
 */
export interface FoldNode {
  readonly kind: 'fold';
  readonly input: LogicalPlan;
  readonly partitionBy: readonly PlanColumn[];
  /** A whole number that is unique within the partition. */
  readonly orderBy: PlanColumn;
  /** What the row before has left, and what this one leaves: one of `steps`. */
  readonly state: readonly {
    readonly column: PlanColumn;
    readonly initial: PlanExpression;
    readonly next: PlanColumn;
  }[];
  /** Values of the row, each over the input's columns, the state and the steps before it. */
  readonly steps: readonly PlanAssignment[];
  /** How the query calls it, for the message about too many rows. */
  readonly name: string;
}

/** A tabular value with a name: `let`, `materialize()`, `as`. */
export interface SharedPlan {
  readonly id: number;
  readonly plan: LogicalPlan;
  readonly columns: readonly PlanColumn[];
  /** `materialize()`: evaluated once, however often it is used. */
  readonly materialized: boolean;
}

/** A table in the making: its plan, the columns that the query sees, and the order of its rows if it has one. */
export interface Relation {
  readonly plan: LogicalPlan;
  readonly columns: readonly PlanColumn[];
  readonly order: readonly SortKey[];
  /** When the rows arrived, where they are still rows of a stored table: `ingestion_time()`. */
  readonly ingestionTime: PlanColumn | null;
  /** What `withsource` calls its rows: the table's name, or that of `as`. */
  readonly name?: string;
  /** It is no table but the graph that `make-graph` made. */
  readonly graph?: Graph;
}

export function columnReference(column: PlanColumn): PlanExpression {
  return { kind: 'column', column, type: column.type };
}

export function longLiteral(value: number | bigint): PlanExpression {
  return { kind: 'literal', type: 'long', value: BigInt(value) };
}

export function stringLiteral(value: string): PlanExpression {
  return { kind: 'literal', type: 'string', value };
}

/** The tables that the node's rows are made of. */
export function tablesBelow(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'range':
      return [];
    case 'join':
      return [plan.left, plan.right];
    case 'union':
      return plan.inputs.map((input) => input.plan);
    case 'shared':
      return [plan.shared.plan];
    default:
      return [plan.input];
  }
}

const nullLiterals = new Map<ScalarType, PlanExpression>();

/** One object for each type: a union of many tables has tens of thousands of them. */
export function nullLiteral(type: ScalarType): PlanExpression {
  const known = nullLiterals.get(type);
  if (known) return known;
  const made: PlanExpression =
    type === 'string' ? stringLiteral('') : { kind: 'literal', type, value: null };
  nullLiterals.set(type, made);
  return made;
}
