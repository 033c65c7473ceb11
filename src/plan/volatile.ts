import type { PlanExpression } from './plan.js';

const volatileFunctions: ReadonlySet<string> = new Set(['rand', 'new_guid']);

/** The function gives another value each time it is evaluated. */
export function isVolatileCall(name: string): boolean {
  return volatileFunctions.has(name);
}

/** The expression gives another value each time it is evaluated. */
export function isVolatile(expression: PlanExpression): boolean {
  return (
    expression.kind === 'call' &&
    expression.name !== 'toscalar' &&
    (isVolatileCall(expression.name) || expression.arguments.some(isVolatile))
  );
}
