import { readsOf } from '../../plan/columns.js';
import type {
  LogicalPlan,
  PlanAssignment,
  PlanColumn,
  PlanExpression,
  PlanNode,
} from '../../plan/plan.js';
import { isVolatile } from '../../plan/volatile.js';
import { emit } from '../expression.js';
import { scalarFunctions } from '../functions/scalar.js';
import { type Generation, select } from '../generation.js';
import { nest, open, type Select } from '../select.js';

export function selectProject(
  { input, columns: assignments }: PlanNode<'project'>,
  required: ReadonlySet<PlanColumn>,
  generation: Generation,
): Select {
  const wanted = assignments.filter(({ column }) => required.has(column));
  const steps = inSteps(input, wanted, generation);
  if (steps) return selectProject(steps, required, generation);
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
): PlanNode<'project'> | undefined {
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
  return { kind: 'project', input: { kind: 'project', input, columns: below }, columns };
}

function isCostlyCall(expression: PlanExpression): boolean {
  return (
    expression.kind === 'call' &&
    Object.hasOwn(scalarFunctions, expression.name) &&
    scalarFunctions[expression.name]?.costly === true
  );
}
