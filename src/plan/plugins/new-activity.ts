import { isTabular } from '../../kql/syntax.js';
import { type Builder, expressionOf, one, zero } from '../builder.js';
import { noRow } from '../context.js';
import { longLiteral, type PlanColumn, type PlanExpression, type Relation } from '../plan.js';
import type { Plugin, PluginCall } from '../plugin.js';
import { planScalar } from '../scalar.js';
import { between, periodsOf } from './periods.js';

interface Rest {
  readonly cohort: PlanExpression | undefined;
  readonly dimensions: readonly PlanColumn[];
  readonly lookback: Relation | undefined;
}

/** What stands behind the window: a cohort's time, dimensions, and a table of ids seen before. */
function restOf(call: PluginCall): Rest {
  let cohort: PlanExpression | undefined;
  let lookback: Relation | undefined;
  const dimensions: PlanColumn[] = [];
  for (const part of call.positional.slice(5)) {
    if (isTabular(part.ResultType)) lookback = call.context.plan.table(part, call.context);
    else {
      const value = planScalar(part, call.context, call.row);
      if (value.kind === 'column') dimensions.push(value.column);
      else cohort = planScalar(part, call.context, noRow);
    }
  }
  return { cohort, dimensions, lookback };
}

/** `evaluate new_activity_metrics(Id, Time, Start, End, Window, Cohort, Dimension, …, Lookback)` */
export const newActivityMetrics: Plugin = {
  doc: 'new-activity-metrics-plugin',
  plan: (call) => {
    const build = call.builder;
    const { cohort, dimensions, lookback } = restOf(call);
    const [id, time] = [call.column(call.argument(0)), call.column(call.argument(1))];
    const [from, to] = [2, 3].map((place) => planScalar(call.argument(place), call.context, noRow));
    if (!from || !to) throw call.wrong('new_activity_metrics needs a start and an end');
    const periods = periodsOf(call, from, call.argument(4), time);
    const period = build.column('period', 'long');
    const visits = build.group(between(call, call.input, time, from, to), [
      ...dimensions,
      id,
      { column: period, expression: periods.numberOf(time) },
    ]);
    // The period in which an id was first seen; before all periods for ids of the lookback table.
    const first = build.column('first', 'long');
    const firsts = withFirst(build, visits, { dimensions, id, period, first }, lookback, call);
    const ids = build.column('ids', 'long');
    const cells = build.group(
      firsts,
      [...dimensions, first, period],
      [{ column: ids, name: 'count', arguments: [] }],
    );
    const useCells = build.shared(cells);

    const own = useCells();
    const [ownFirst, ownPeriod] = own.columns.slice(dimensions.length);
    const ownIds = own.columns.at(-1);
    if (!ownFirst || !ownPeriod || !ownIds) throw new Error('cells have three measures');
    const isCohort = build.all(
      build.call('==', [ownFirst, ownPeriod], 'bool'),
      ...(cohort ? [build.call('==', [ownFirst, periods.numberOf(cohort)], 'bool')] : []),
    );
    const [grid, later] = build.eachNumber(
      build.filter(own, isCohort),
      ownFirst,
      build.call('+', [periods.numberOf(to), one], 'long'),
    );

    const other = useCells();
    const [otherFirst, otherPeriod] = other.columns.slice(dimensions.length);
    const otherIds = other.columns.at(-1);
    if (!otherFirst || !otherPeriod || !otherIds) throw new Error('cells have three measures');
    const on = [
      [build.call('tolong', [later], 'long'), expressionOf(otherPeriod)] as const,
      ...dimensions.map((_, index) => {
        const pair = [own.columns[index], other.columns[index]] as const;
        const text = (column: PlanColumn | undefined) =>
          build.call('tostring', [column ?? later], 'string');
        return [text(pair[0]), text(pair[1])] as const;
      }),
    ];
    const joined = build.join('left', grid, other, on, [otherFirst, otherIds]);
    const isOwn = build.call('==', [otherFirst, ownFirst], 'bool');
    const [kept, fresh] = [build.column('kept', 'long'), build.column('fresh', 'long')];
    const keys = [...own.columns.slice(0, dimensions.length), ownFirst, ownIds, later];
    const compared = build.group(joined, keys, [
      { column: kept, name: 'sumif', arguments: [otherIds, isOwn] },
      {
        column: fresh,
        name: 'sumif',
        arguments: [otherIds, build.call('>', [otherFirst, ownFirst], 'bool')],
      },
    ]);
    const isFirst = build.call('==', [later, ownFirst], 'bool');
    const lost = build.call('-', [ownIds, kept], 'long');
    const ratio = (part: PlanExpression | PlanColumn) =>
      build.call(
        '/',
        [build.call('toreal', [part], 'real'), build.call('toreal', [ownIds], 'real')],
        'real',
      );
    const values = [
      periods.startOf(ownFirst),
      periods.startOf(later),
      ...own.columns.slice(0, dimensions.length).map(expressionOf),
      build.call('iff', [isFirst, kept, fresh], 'long'),
      expressionOf(kept),
      lost,
      ratio(kept),
      ratio(lost),
    ];
    const columns = call.schema.map(({ name, type }, index) => ({
      column: build.column(name, index < 2 ? time.type : type),
      expression: values[index] ?? zero,
    }));
    const shown = build.project(compared, columns);
    const order = shown.columns.slice(0, 2).map((column) => ({
      expression: expressionOf(column),
      descending: false,
      nullsFirst: true,
    }));
    return { ...shown, order };
  },
};

function withFirst(
  build: Builder,
  visits: Relation,
  names: {
    readonly dimensions: readonly PlanColumn[];
    readonly id: PlanColumn;
    readonly period: PlanColumn;
    readonly first: PlanColumn;
  },
  lookback: Relation | undefined,
  call: PluginCall,
): Relation {
  const { dimensions, id, period, first } = names;
  const seen = build.column('seen', 'long');
  const known = build.window(
    visits,
    [...dimensions, id],
    [period],
    [{ column: seen, name: 'running_min', arguments: [period] }],
  );
  if (!lookback) return build.extend(known, [{ column: first, expression: expressionOf(seen) }]);
  const key = lookback.columns.find(({ name }) => name === id.name);
  if (!key) throw call.wrong(`The lookback table has no column '${id.name}'`);
  const before = build.column('before', 'long');
  const old = build.group(lookback, [key], [{ column: before, name: 'count', arguments: [] }]);
  const joined = build.join('left', known, old, [[id, key]], [before]);
  const isNew = build.call('isnull', [before], 'bool');
  const expression = build.call('iff', [isNew, seen, longLiteral(-1)], 'long');
  return build.extend(joined, [{ column: first, expression }]);
}
