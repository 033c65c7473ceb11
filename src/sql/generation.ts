import type { Evaluate } from '../plan/known-value.js';
import type { LogicalPlan, PlanColumn, PlanNode } from '../plan/plan.js';
import type { Select } from './select.js';
import type { Sql } from './sql.js';

/** A plan's node as a SELECT, of whose columns the required ones are read. */
export type NodeSelect<Node extends LogicalPlan = LogicalPlan> = (
  plan: Node,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
) => Select;

/** One for each kind of node. */
export type NodeSelects = {
  readonly [Kind in LogicalPlan['kind']]: NodeSelect<PlanNode<Kind>>;
};

/** The state of one generation: the named tables that it needs. */
export interface Generation {
  readonly nodes: NodeSelects;
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

/** The node's SELECT, and those of what is below it. */
export function select(
  plan: LogicalPlan,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const node = generation.nodes[plan.kind] as NodeSelect;
  return node(plan, required, generation);
}
