import type { Expression } from '../kql/syntax.js';
import type { PlanContext } from './context.js';
import type { Relation } from './plan.js';

/** One tabular operator: its node and its input become a relation. */
export type OperatorPlanner = (node: Expression, input: Relation, context: PlanContext) => Relation;

/** A source of rows that stands at the start of a pipe. */
export type SourcePlanner = (node: Expression, context: PlanContext, input?: Relation) => Relation;
