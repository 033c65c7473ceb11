import type { ScalarType } from '../catalog/types.js';
import { type Expression, spanOf } from '../kql/syntax.js';
import { unsupported } from './context.js';
import { longLiteral, type PlanColumn, type PlanExpression } from './plan.js';
import { converted } from './scan.js';
import type { WindowStack } from './windows.js';

/** One call of a window function as the query writes it. */
export interface WindowCall {
  readonly node: Expression;
  readonly name: string;
  readonly type: ScalarType;
  readonly arguments: readonly PlanExpression[];
}

/** How a window function of KQL is made of those of the registry. */
export type WindowForm = (call: WindowCall, stack: WindowStack) => PlanExpression;

/** Every function of KQL over a serialized table. */
export const windowForms: Readonly<Record<string, WindowForm>> = {
  row_number: (call, stack) => {
    const [start, restart] = call.arguments;
    const number = rowNumber(call, stack, restarts(call, stack, restart));
    if (!start) return number;
    const before = apply(call, '-', [converted(start, 'long'), longLiteral(1)], 'long');
    return apply(call, '+', [number, before], 'long');
  },
  row_rank: denseRank,
  row_rank_dense: denseRank,
  row_rank_min: (call, stack) => {
    const [term, restart] = call.arguments;
    if (!term) throw unsupported(call.node, call.name, 'it needs a value');
    const partition = restarts(call, stack, restart);
    const number = rowNumber(call, stack, partition);
    const isNew = changes(call, stack, term, number, partition);
    const start = apply(call, 'iff', [isNew, number, longLiteral(1)], 'long');
    return stack.apply(call, 'running_max', [start], { partition });
  },
  row_cumsum: (call, stack) => {
    const [term, restart] = call.arguments;
    if (!term) throw unsupported(call.node, call.name, 'it needs a value');
    const partition = restarts(call, stack, restart);
    return stack.apply(call, 'running_sum', [converted(term, call.type)], { partition });
  },
  row_window_session: sessionStart,
  prev: (call, stack) => neighbour(call, stack),
  next: (call, stack) => neighbour(call, stack),
};

function apply(
  call: WindowCall,
  name: string,
  parts: readonly PlanExpression[],
  type: ScalarType,
): PlanExpression {
  return { kind: 'call', name, arguments: parts, type, span: spanOf(call.node) };
}

/** How often the restart condition has been true up to each row: a partition for each. */
function restarts(
  call: WindowCall,
  stack: WindowStack,
  restart: PlanExpression | undefined,
): PlanColumn | undefined {
  if (!restart || (restart.kind === 'literal' && restart.value === false)) return undefined;
  const step = apply(call, 'iff', [restart, longLiteral(1), longLiteral(0)], 'long');
  const count = stack.apply(call, 'running_sum', [step], { type: 'long' });
  return count.kind === 'column' ? count.column : undefined;
}

function rowNumber(
  call: WindowCall,
  stack: WindowStack,
  partition: PlanColumn | undefined,
): PlanExpression {
  return stack.apply(call, 'row_number', [], { type: 'long', partition });
}

/** Whether a row's value is not that of the row before; the first row's never is. */
function changes(
  call: WindowCall,
  stack: WindowStack,
  term: PlanExpression,
  number: PlanExpression,
  partition: PlanColumn | undefined,
): PlanExpression {
  const before = stack.apply(call, 'prev', [term], { type: term.type, partition });
  const differs = apply(call, '!=', [term, before], 'bool');
  return apply(call, 'or', [apply(call, '==', [number, longLiteral(1)], 'bool'), differs], 'bool');
}

function denseRank(call: WindowCall, stack: WindowStack): PlanExpression {
  const [term, restart] = call.arguments;
  if (!term) throw unsupported(call.node, call.name, 'it needs a value');
  const partition = restarts(call, stack, restart);
  const number = rowNumber(call, stack, partition);
  const isNew = changes(call, stack, term, number, partition);
  const step = apply(call, 'iff', [isNew, longLiteral(1), longLiteral(0)], 'long');
  return stack.apply(call, 'running_sum', [step], { partition });
}

/** The largest distance; the smallest number has no counterpart. */
const farthest = 2n ** 63n - 1n;

function neighbour(call: WindowCall, stack: WindowStack): PlanExpression {
  const [value, offset, otherwise] = call.arguments;
  if (!value) throw unsupported(call.node, `${call.name}()`, 'it needs a value');
  const distance = offset ? stack.known(converted(offset, 'long')) : longLiteral(1);
  if (distance.kind !== 'literal' || typeof distance.value !== 'bigint') {
    const what = distance.kind === 'literal' ? 'that is null' : 'of each row';
    throw unsupported(call.node, `a distance ${what} in ${call.name}()`, 'it has to be constant');
  }
  const away = distance.value < 0n ? -distance.value : distance.value;
  const size = away > farthest ? farthest : away;
  const isBack = (call.name === 'prev') === distance.value >= 0n;
  return stack.apply(
    call,
    isBack ? 'prev' : 'next',
    [value, longLiteral(size), ...(otherwise ? [converted(otherwise, value.type)] : [])],
    { type: value.type },
  );
}

/**
 * The first value of each row's session. A gap, a restart or a null begins one whatever came before;
 * only the distance from the session's first value has to be followed row by row.
 */
function sessionStart(call: WindowCall, stack: WindowStack): PlanExpression {
  const [value, fromFirst, between, restart] = call.arguments;
  if (!value || !fromFirst || !between) {
    throw unsupported(call.node, `${call.name}()`, 'it needs a value and two distances');
  }
  const isNull = (of: PlanExpression) => apply(call, 'isnull', [of], 'bool');
  const reaches = (from: PlanExpression, distance: PlanExpression) =>
    apply(call, '>=', [value, apply(call, '+', [from, distance], value.type)], 'bool');
  const before = stack.apply(call, 'prev', [value], { type: value.type });
  const begins = [
    isNull(value),
    isNull(before),
    reaches(before, between),
    ...(restart ? [restart] : []),
  ];
  const partition = restarts(call, stack, apply(call, 'or', begins, 'bool'));
  return stack.fold(
    call,
    (start) => {
      const isNew = apply(call, 'or', [isNull(start), reaches(start, fromFirst)], 'bool');
      return apply(call, 'iff', [isNew, value, start], value.type);
    },
    { type: value.type, partition },
  );
}
