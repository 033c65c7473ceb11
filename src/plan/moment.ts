import type { LiteralValue } from '../kql/literals.js';
import type { CallExpression, PlanExpression } from './plan.js';
import type { Scope } from './scope.js';

type Literal = Extract<PlanExpression, { kind: 'literal' }>;

/**
 * The moment of the hunt. It is known by its distance from itself alone, so that the SQL serves hunts of
 * other moments too; whoever reads the value makes it one for this moment.
 */
export function momentOf(scope: Scope): PlanExpression {
  return moment(0n, () => BigInt(scope.now.getTime()) * 10_000n);
}

function moment(sinceNow: bigint, value: () => bigint): Literal {
  return {
    kind: 'literal',
    type: 'datetime',
    sinceNow,
    get value(): LiteralValue['value'] {
      return value();
    },
  };
}

/** Further from now an instant may be out of range. */
const farthest = 500n * 366n * 864_000_000_000n;

/** What `now() - 7d` and the like come to, or undefined where the call is another. */
export function shiftedMoment(call: CallExpression): PlanExpression | undefined {
  const [left, right, ...rest] = call.arguments;
  if (rest.length > 0 || left?.kind !== 'literal' || right?.kind !== 'literal') return undefined;
  const [base, span] =
    call.name === '+' && left.sinceNow === undefined ? [right, left] : [left, right];
  if (base.sinceNow === undefined || span.sinceNow !== undefined) return undefined;
  if (span.type !== 'timespan' || (call.name !== '+' && call.name !== '-')) return undefined;
  if (typeof span.value !== 'bigint') return undefined;
  const distance = call.name === '+' ? span.value : -span.value;
  const sinceNow = base.sinceNow + distance;
  if (sinceNow > farthest || sinceNow < -farthest) return undefined;
  return moment(sinceNow, () => (base.value as bigint) + distance);
}
