import type { LiteralValue } from '../kql/literals.js';
import { isDatetime, parseDatetime, parseTimespan } from '../kql/times.js';
import { shiftedMoment } from './moment.js';
import type { CallExpression, PlanExpression } from './plan.js';

type Value = Exclude<LiteralValue['value'], null>;
type Fold = (values: readonly Value[]) => Value | null;

const wide = (value: bigint) => BigInt.asIntN(64, value);
const plus: Fold = ([a, b]) => wide((a as bigint) + (b as bigint));
const minus: Fold = ([a, b]) => wide((a as bigint) - (b as bigint));
const times: Fold = ([a, b]) => wide((a as bigint) * (b as bigint));
/** Towards zero; null by zero. */
const dividedBy: Fold = ([a, b]) => (b === 0n ? null : within64((a as bigint) / (b as bigint)));
const within64 = (value: bigint) => (wide(value) === value ? value : null);
/** Ticks of what is computed with a real; null where there are none. */
const wholeTicks = (value: number) =>
  Number.isFinite(value) ? within64(BigInt(Math.trunc(value))) : null;
const inRange = (fold: Fold): Fold => {
  return (values) => {
    const ticks = fold(values) as bigint;
    return isDatetime(ticks) ? ticks : null;
  };
};

/**
 * Arithmetic on instants and spans that is known when the query is compiled, so that
 * `Timestamp > ago(7d)` compares with one literal and the engine can skip whole parts. Keys are
 * `left operator right` and `function argument`, by their types.
 */
const folds: Readonly<Record<string, Fold>> = {
  'datetime+timespan': inRange(([a, b]) => (a as bigint) + (b as bigint)),
  'datetime-timespan': inRange(([a, b]) => (a as bigint) - (b as bigint)),
  'timespan+datetime': inRange(([a, b]) => (a as bigint) + (b as bigint)),
  'datetime-datetime': minus,
  'timespan+timespan': plus,
  'timespan-timespan': minus,
  'timespan*long': times,
  'long*timespan': times,
  'timespan*real': ([a, b]) => wholeTicks(Number(a) * (b as number)),
  'real*timespan': ([a, b]) => wholeTicks((a as number) * Number(b)),
  'timespan/long': dividedBy,
  'timespan/real': ([a, b]) => wholeTicks(Number(a) / (b as number)),
  'timespan/timespan': ([a, b]) => Number(a) / Number(b),
  'long/long': dividedBy,
  'long+long': plus,
  'long-long': minus,
  'long*long': times,
  'negate long': ([a]) => wide(-(a as bigint)),
  'negate int': ([a]) => BigInt.asIntN(32, -(a as bigint)),
  'negate real': ([a]) => -(a as number),
  'negate timespan': ([a]) => wide(-(a as bigint)),
  'todatetime string': ([text]) => parseDatetime(text as string),
  'totime string': ([text]) => parseTimespan((text as string).trim()),
  'totimespan string': ([text]) => parseTimespan((text as string).trim()),
};

/** The call, or the literal that it comes to. */
export function foldConstant(call: CallExpression): PlanExpression {
  if (call.name === 'strcat') return joinedText(call);
  const moved = shiftedMoment(call);
  if (moved) return moved;
  const [first, second, ...rest] = call.arguments;
  if (!first || rest.length > 0) return call;
  const key = second ? `${first.type}${call.name}${second.type}` : `${call.name} ${first.type}`;
  const fold = folds[key];
  if (!fold) return call;
  const values: Value[] = [];
  for (const argument of call.arguments) {
    if (argument.kind !== 'literal' || argument.value === null) return call;
    values.push(argument.value);
  }
  return { kind: 'literal', type: call.type, value: fold(values) };
}

/** A pattern or a needle put together from parts is as good as one that is written out. */
function joinedText(call: CallExpression): PlanExpression {
  let text = '';
  for (const part of call.arguments) {
    if (part.kind !== 'literal' || part.type !== 'string') return call;
    text += part.value ?? '';
  }
  return { kind: 'literal', type: 'string', value: text };
}
