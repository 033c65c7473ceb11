import type { CallExpression, PlanExpression } from './plan.js';

type Fold = (values: readonly (string | number | bigint | boolean)[]) => bigint | number | null;

const wide = (value: unknown) => BigInt.asIntN(64, value as bigint);

/**
 * Arithmetic on instants and spans that is known when the query is compiled, so that
 * `Timestamp > ago(7d)` compares with one literal and the engine can skip whole parts.
 */
const folds: Readonly<Record<string, Fold>> = {
  'datetime+timespan': ([a, b]) => (a as bigint) + (b as bigint),
  'datetime-timespan': ([a, b]) => (a as bigint) - (b as bigint),
  'datetime-datetime': ([a, b]) => (a as bigint) - (b as bigint),
  'timespan+datetime': ([a, b]) => (a as bigint) + (b as bigint),
  'timespan+timespan': ([a, b]) => (a as bigint) + (b as bigint),
  'timespan-timespan': ([a, b]) => (a as bigint) - (b as bigint),
  'timespan*long': ([a, b]) => (a as bigint) * (b as bigint),
  'long*timespan': ([a, b]) => (a as bigint) * (b as bigint),
  'long+long': ([a, b]) => wide((a as bigint) + (b as bigint)),
  'long-long': ([a, b]) => wide((a as bigint) - (b as bigint)),
  'long*long': ([a, b]) => wide((a as bigint) * (b as bigint)),
  'negate long': ([a]) => wide(-(a as bigint)),
  'negate int': ([a]) => BigInt.asIntN(32, -(a as bigint)),
  'negate real': ([a]) => -(a as number),
  'negate timespan': ([a]) => wide(-(a as bigint)),
};

export function foldConstant(call: CallExpression): PlanExpression {
  const [first, second, ...rest] = call.arguments;
  if (!first || rest.length > 0) return call;
  const key = second ? `${first.type}${call.name}${second.type}` : `${call.name} ${first.type}`;
  const fold = folds[key];
  if (!fold) return call;
  const values = [];
  for (const argument of call.arguments) {
    if (argument.kind !== 'literal' || argument.value === null) return call;
    values.push(argument.value);
  }
  return { kind: 'literal', type: call.type, value: fold(values) };
}
