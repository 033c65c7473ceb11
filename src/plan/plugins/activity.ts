import type { Expression } from '../../kql/syntax.js';
import { type Builder, one, zero } from '../builder.js';
import { noRow } from '../context.js';
import {
  columnReference,
  longLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
} from '../plan.js';
import type { Plugin, PluginCall } from '../plugin.js';
import { planScalar } from '../scalar.js';
import { beginning, between, columnsFrom, type Periods, periodsIn, periodsOf } from './periods.js';

/** What activity plugins have in common: ids, a timeline in periods, dimensions. */
interface Activity {
  readonly build: Builder;
  readonly id: PlanColumn;
  readonly time: PlanColumn;
  readonly from: PlanExpression | undefined;
  readonly to: PlanExpression | undefined;
  readonly periods: Periods;
  readonly dimensions: readonly PlanColumn[];
}

function activityOf(
  call: PluginCall,
  ends: readonly [Expression, Expression] | undefined,
  window: Expression,
  dimensions: readonly PlanColumn[],
): Activity {
  const time = call.column(call.argument(1));
  const [from, to] = (ends ?? []).map((end) => planScalar(end, call.context, noRow));
  return {
    build: call.builder,
    id: call.column(call.argument(0)),
    time,
    from,
    to,
    periods: periodsOf(call, from ?? beginning(time), window, time),
    dimensions,
  };
}

/** One row for each dimension's value, id and period, with the number of rows. */
function activities(
  call: PluginCall,
  { build, id, time, from, to, periods, dimensions }: Activity,
  since = from,
): { readonly rows: Relation; readonly period: PlanColumn; readonly size: PlanColumn } {
  const period = build.column('period', 'long');
  const size = build.column('size', 'long');
  const rows = build.group(
    between(call, call.input, time, since, to),
    [...dimensions, id, { column: period, expression: periods.numberOf(time) }],
    [{ column: size, name: 'count', arguments: [] }],
  );
  return { rows, period, size };
}

/** The result's columns in the binder's order and under its names. */
function result(
  call: PluginCall,
  build: Builder,
  rows: Relation,
  { time, dimensions, periods }: Activity,
  period: PlanColumn,
  measures: readonly (PlanColumn | PlanExpression)[],
): Relation {
  const values = [
    periods.startOf(period),
    ...dimensions.map(columnReference),
    ...measures.map((value) => ('kind' in value ? value : columnReference(value))),
  ];
  const columns = call.schema.map(({ name, type }, index) => ({
    column: build.column(name, index === 0 ? time.type : type),
    expression: values[index] ?? zero,
  }));
  const shown = build.project(rows, columns);
  const [first] = shown.columns;
  const order = first
    ? [{ expression: columnReference(first), descending: false, nullsFirst: true }]
    : [];
  return { ...shown, order };
}

/** `evaluate activity_counts_metrics(Id, Time, Start, End, Window, Dimension, …)` */
export const activityCountsMetrics: Plugin = {
  doc: 'activity-counts-metrics-plugin',
  plan: (call) => {
    const ends = [call.argument(2), call.argument(3)] as const;
    const activity = activityOf(call, ends, call.argument(4), columnsFrom(call, 5));
    const { build, id, dimensions } = activity;
    const { rows, period, size } = activities(call, activity);
    const visit = build.column('visit', 'long');
    const numbered = build.window(
      rows,
      [...dimensions, id],
      [period],
      [{ column: visit, name: 'row_number', arguments: [] }],
    );
    const [count, ids] = [build.column('count', 'long'), build.column('ids', 'long')];
    const [fresh, all] = [build.column('fresh', 'long'), build.column('all', 'long')];
    const grouped = build.group(
      numbered,
      [...dimensions, period],
      [
        { column: count, name: 'sum', arguments: [size] },
        { column: ids, name: 'count', arguments: [] },
        { column: fresh, name: 'countif', arguments: [build.call('==', [visit, one], 'bool')] },
      ],
    );
    const summed = build.window(
      grouped,
      dimensions,
      [period],
      [{ column: all, name: 'running_sum', arguments: [fresh] }],
    );
    return result(call, build, summed, activity, period, [count, ids, fresh, all]);
  },
};

/** Arguments of plugins whose start and end may be left out. */
function optionalEnds(call: PluginCall, fixed: number) {
  const place = 2;
  const [first, second] = [call.argument(place), call.optional(place + 1)];
  const isTime = (node: Expression | undefined) =>
    node !== undefined &&
    planScalar(node, call.context, call.row).kind !== 'column' &&
    isPoint(call, node);
  const given = isTime(first) && isTime(second) && second !== undefined;
  return given
    ? { ends: [first, second] as const, next: place + 2, rest: place + 2 + fixed }
    : { ends: undefined, next: place, rest: place + fixed };
}

/** Whether an argument is a point on the timeline rather than a length of it. */
function isPoint(call: PluginCall, node: Expression): boolean {
  const time = call.column(call.argument(1));
  const { type } = planScalar(node, call.context, noRow);
  return time.type === 'datetime' ? type === 'datetime' : type !== 'string';
}

/** `evaluate activity_metrics(Id, Time, Start, End, Window, Dimension, …)` */
export const activityMetrics: Plugin = {
  doc: 'activity-metrics-plugin',
  plan: (call) => {
    const { ends, next, rest } = optionalEnds(call, 1);
    const activity = activityOf(call, ends, call.argument(next), columnsFrom(call, rest));
    const { build, id, dimensions } = activity;
    const { rows, period } = activities(call, activity);
    const before = build.column('before', 'long');
    const visits = build.window(
      rows,
      [...dimensions, id],
      [period],
      [{ column: before, name: 'prev', arguments: [period] }],
    );
    const isPrevious = (of: PlanColumn) =>
      build.call('==', [of, build.call('-', [period, one], 'long')], 'bool');
    const [ids, returned] = [build.column('ids', 'long'), build.column('returned', 'long')];
    const grouped = build.group(
      visits,
      [...dimensions, period],
      [
        { column: ids, name: 'count', arguments: [] },
        { column: returned, name: 'countif', arguments: [isPrevious(before)] },
      ],
    );
    const [last, lastIds] = [build.column('last', 'long'), build.column('lastIds', 'long')];
    const compared = build.window(
      grouped,
      dimensions,
      [period],
      [
        { column: last, name: 'prev', arguments: [period] },
        { column: lastIds, name: 'prev', arguments: [ids] },
      ],
    );
    const base = build.call('iff', [isPrevious(last), lastIds, zero], 'long');
    const ratio = (part: PlanExpression | PlanColumn) =>
      build.call(
        '/',
        [build.call('toreal', [part], 'real'), build.call('toreal', [base], 'real')],
        'real',
      );
    return result(call, build, compared, activity, period, [
      ids,
      build.call('-', [ids, returned], 'long'),
      ratio(returned),
      ratio(build.call('-', [base, returned], 'long')),
    ]);
  },
};

/** `evaluate activity_engagement(Id, Time, Start, End, Inner, Outer, Dimension, …)` */
export const activityEngagement: Plugin = {
  doc: 'activity-engagement-plugin',
  plan: (call) => {
    const { ends, next, rest } = optionalEnds(call, 2);
    const inner = call.argument(next);
    const activity = activityOf(call, ends, inner, columnsFrom(call, rest));
    const { build, id, dimensions } = activity;
    const size = periodsIn(call, call.argument(next + 1), inner);
    const { rows, period } = activities(call, activity);
    const [spread, offset] = build.eachNumber(rows, zero, longLiteral(size));
    const seen = build.column('seen', 'long');
    const isOwn = build.call('==', [offset, zero], 'bool');
    const own = build.column('own', 'long');
    const ids = build.group(
      spread,
      [...dimensions, id, { column: seen, expression: build.call('+', [period, offset], 'long') }],
      [{ column: own, name: 'countif', arguments: [isOwn] }],
    );
    const [innerIds, outerIds] = [build.column('inner', 'long'), build.column('outer', 'long')];
    const isHere = build.call('>', [own, zero], 'bool');
    const grouped = build.group(
      ids,
      [...dimensions, seen],
      [
        { column: innerIds, name: 'countif', arguments: [isHere] },
        { column: outerIds, name: 'count', arguments: [] },
      ],
    );
    const shown = build.filter(grouped, build.call('>', [innerIds, zero], 'bool'));
    const ratio = build.call(
      '/',
      [build.call('toreal', [innerIds], 'real'), build.call('toreal', [outerIds], 'real')],
      'real',
    );
    return result(call, build, shown, activity, seen, [innerIds, outerIds, ratio]);
  },
};

/** `evaluate sliding_window_counts(Id, Time, Start, End, Lookback, Bin, Dimension, …)` */
export const slidingWindowCounts: Plugin = {
  doc: 'sliding-window-counts-plugin',
  plan: (call) => {
    const ends = [call.argument(2), call.argument(3)] as const;
    const [lookback, bin] = [call.argument(4), call.argument(5)];
    const activity = activityOf(call, ends, bin, columnsFrom(call, 6));
    const { build, id, time, from, to, dimensions, periods } = activity;
    const size = periodsIn(call, lookback, bin);
    const distance = planScalar(lookback, call.context, noRow);
    const since = from && build.call('-', [from, distance], time.type);
    const { rows, period, size: count } = activities(call, activity, since);
    const [spread, offset] = build.eachNumber(rows, zero, longLiteral(size));
    const seen = build.column('seen', 'long');
    const total = build.column('total', 'long');
    const ids = build.group(
      spread,
      [...dimensions, id, { column: seen, expression: build.call('+', [period, offset], 'long') }],
      [{ column: total, name: 'sum', arguments: [count] }],
    );
    const [all, distinct] = [build.column('all', 'long'), build.column('distinct', 'long')];
    const grouped = build.group(
      ids,
      [...dimensions, seen],
      [
        { column: all, name: 'sum', arguments: [total] },
        { column: distinct, name: 'count', arguments: [] },
      ],
    );
    const inside = build.all(
      build.call('>=', [seen, zero], 'bool'),
      ...(to ? [build.call('<=', [seen, periods.numberOf(to)], 'bool')] : []),
    );
    return result(call, build, build.filter(grouped, inside), activity, seen, [all, distinct]);
  },
};

/** `evaluate session_count(Id, Time, Start, End, Bin, Lookback, Dimension, …)` */
export const sessionCount: Plugin = {
  doc: 'session-count-plugin',
  plan: (call) => {
    const ends = [call.argument(2), call.argument(3)] as const;
    const activity = activityOf(call, ends, call.argument(4), columnsFrom(call, 6));
    const { build, id, time, from, to, periods, dimensions } = activity;
    const lookback = planScalar(call.argument(5), call.context, noRow);
    const before = build.column('before', time.type);
    const times = build.group(between(call, call.input, time, from, to), [...dimensions, id, time]);
    const visits = build.window(
      times,
      [...dimensions, id],
      [time],
      [{ column: before, name: 'prev', arguments: [time] }],
    );
    const begins = build.call(
      'or',
      [
        build.call('isnull', [before], 'bool'),
        build.call('>', [time, build.call('+', [before, lookback], time.type)], 'bool'),
      ],
      'bool',
    );
    const session = build.column('session', 'long');
    const numbered = build.window(
      visits,
      [...dimensions, id],
      [time],
      [
        {
          column: session,
          name: 'running_sum',
          arguments: [build.call('tolong', [begins], 'long')],
        },
      ],
    );
    const period = build.column('period', 'long');
    const sessions = build.group(numbered, [
      ...dimensions,
      id,
      session,
      { column: period, expression: periods.numberOf(time) },
    ]);
    const count = build.column('count', 'long');
    const grouped = build.group(
      sessions,
      [...dimensions, period],
      [{ column: count, name: 'count', arguments: [] }],
    );
    return result(call, build, grouped, activity, period, [count]);
  },
};

/**
 * `evaluate active_users_count(Id, Time, Start, End, Lookback, Period, Count, Bin, Dimension, …)`. An
 * appearance is active if enough periods up to it lie within the lookback, that is if the last time in the
 * period that makes them enough does.
 */
export const activeUsersCount: Plugin = {
  doc: 'active-users-count-plugin',
  plan: (call) => {
    const ends = [call.argument(2), call.argument(3)] as const;
    const activity = activityOf(call, ends, call.argument(7), columnsFrom(call, 8));
    const { build, id, time, from, to, periods, dimensions } = activity;
    if (!from) throw new Error('an analysis without a start');
    const lookback = planScalar(call.argument(4), call.context, noRow);
    const steps = periodsOf(call, from, call.argument(5), time);
    const least = Math.max(Number(call.constant(call.argument(6))), 1);
    const since = build.call('-', [from, lookback], time.type);
    const [step, period] = [build.column('step', 'long'), build.column('period', 'long')];
    const [first, last] = [build.column('first', time.type), build.column('last', time.type)];
    const isInside = build.call('>=', [time, from], 'bool');
    const appearances = build.group(
      between(call, call.input, time, since, to),
      [
        ...dimensions,
        id,
        { column: step, expression: steps.numberOf(time) },
        { column: period, expression: periods.numberOf(time) },
      ],
      [
        { column: first, name: 'minif', arguments: [time, isInside] },
        { column: last, name: 'max', arguments: [time] },
      ],
    );
    const [reached, enough] = [
      build.column('reached', time.type),
      build.column('enough', time.type),
    ];
    const keys = [...dimensions, id];
    const ofStep = build.window(
      appearances,
      [...keys, step],
      [],
      [{ column: reached, name: 'greatest', arguments: [last] }],
    );
    const place = build.column('place', 'long');
    const ranked = build.window(
      ofStep,
      keys,
      [step],
      [{ column: place, name: 'dense_rank', arguments: [] }],
    );
    const counted = build.window(
      ranked,
      keys,
      [place],
      [
        {
          column: enough,
          name: 'of_rank_before',
          arguments: [reached, longLiteral(least - 1)],
        },
      ],
    );
    const within = build.call('>', [enough, build.call('-', [first, lookback], time.type)], 'bool');
    const isActive = build.all(
      build.call('isnotnull', [first], 'bool'),
      ...(least > 1 ? [within] : []),
    );
    const ids = build.group(build.filter(counted, isActive), [...keys, period]);
    const count = build.column('count', 'long');
    const grouped = build.group(
      ids,
      [...dimensions, period],
      [{ column: count, name: 'count', arguments: [] }],
    );
    return result(call, build, grouped, activity, period, [count]);
  },
};
