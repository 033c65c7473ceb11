import type { Expression } from '../../kql/syntax.js';
import { isTabular } from '../../kql/syntax.js';
import { noRow } from '../context.js';
import {
  longLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import type { PluginCall } from '../plugin.js';
import { planScalar } from '../scalar.js';

/** A timeline cut into periods that are counted from 0, and the times at which they start. */
export interface Periods {
  /** The number of the period of a point on the timeline. */
  readonly numberOf: (time: PlanExpression | PlanColumn) => PlanExpression;
  readonly startOf: (number: PlanExpression | PlanColumn) => PlanExpression;
}

/** Periods by the calendar, by the text that stands for their length. */
const calendar: Readonly<Record<string, string>> = {
  week: 'startofweek',
  month: 'startofmonth',
  year: 'startofyear',
};

/** Periods of a length, or of a week, month or year, from a start. */
export function periodsOf(
  call: PluginCall,
  start: PlanExpression,
  length: Expression,
  time: PlanColumn,
): Periods {
  const build = call.builder;
  const size = planScalar(length, call.context, noRow);
  if (size.type === 'string' && size.kind === 'literal') {
    const unit = String(size.value);
    const floor = calendar[unit];
    if (!floor || time.type !== 'datetime') {
      throw call.wrong(`'${unit}' is no length of a period: it is week, month or year`, length);
    }
    const first = build.call(floor, [start], 'datetime');
    return {
      numberOf: (of) =>
        build.call(
          'datetime_diff',
          [stringLiteral(unit), build.call(floor, [of], 'datetime'), first],
          'long',
        ),
      startOf: (number) =>
        build.call('datetime_add', [stringLiteral(unit), number, first], 'datetime'),
    };
  }
  const distanceType = time.type === 'datetime' ? 'timespan' : time.type;
  return {
    numberOf: (of) => {
      const distance = build.call('-', [of, start], distanceType);
      return build.call('floored_quotient', [distance, size], 'long');
    },
    startOf: (number) => {
      const distance = build.call('*', [number, size], size.type);
      return build.call('+', [start, distance], time.type);
    },
  };
}

/** How many whole periods of one length another length holds, at least 1. */
export function periodsIn(call: PluginCall, whole: Expression, length: Expression): number {
  const [total, size] = [call.constant(whole), call.constant(length)].map(Number);
  const count = Math.floor((total ?? 0) / (size ?? 0));
  if (!Number.isFinite(count) || count < 1) {
    throw call.wrong(`The plugin '${call.name}' needs a window of at least one period`, whole);
  }
  return count;
}

/** Rows with a time between two inclusive ends. */
export function between(
  call: PluginCall,
  input: Relation,
  time: PlanColumn,
  from: PlanExpression | undefined,
  to: PlanExpression | undefined,
): Relation {
  const build = call.builder;
  const tests = [
    build.call('isnotnull', [time], 'bool'),
    ...(from ? [build.call('>=', [time, from], 'bool')] : []),
    ...(to ? [build.call('<=', [time, to], 'bool')] : []),
  ];
  return build.filter(input, build.all(...tests));
}

/** The timeline's own beginning: where periods start that are given no start. */
export function beginning(time: PlanColumn): PlanExpression {
  // 0001-01-01, in ticks since 1970: periods are aligned as bin() aligns them.
  if (time.type === 'datetime') {
    return { kind: 'literal', type: 'datetime', value: -621_355_968_000_000_000n };
  }
  if (time.type === 'real') return { kind: 'literal', type: 'real', value: 0 };
  return time.type === 'long' ? longLiteral(0) : { kind: 'literal', type: time.type, value: 0n };
}

/** Arguments from a place on: columns, then perhaps a table. */
export function columnsFrom(call: PluginCall, place: number): PlanColumn[] {
  return call.positional
    .slice(place)
    .filter((part) => !isTabular(part.ResultType))
    .map((part) => call.column(part));
}
