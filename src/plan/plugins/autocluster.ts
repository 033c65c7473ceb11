import { type Builder, expressionOf, one, zero } from '../builder.js';
import {
  columnReference,
  longLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
} from '../plan.js';
import type { Plugin, PluginCall } from '../plugin.js';
import {
  type Combinations,
  combinationsOf,
  type PatternSearch,
  type Patterns,
  patternsOf,
} from './frequent.js';
import {
  columnArgument,
  given,
  greatestFirst,
  isAny,
  percent,
  segments,
  setsFor,
  wholeArgument,
} from './segments.js';

/** Values that fewer rows have make no cluster. */
const leastCluster = 0.015;

/** `T | evaluate autocluster([SizeWeight, WeightColumn, NumSeeds, Wildcard, …])` */
export const autocluster: Plugin = {
  doc: 'autocluster-plugin',
  trap: 'the same rows always give the same clusters; Kusto starts from some that it draws',
  plan: (call) => {
    const build = call.builder;
    const weight = columnArgument(call, 1);
    const columns = call.input.columns.filter((column) => column !== weight);
    const search: PatternSearch = {
      input: call.input,
      columns,
      weights: [weight ? columnReference(weight) : one],
      threshold: leastCluster,
      dimensions: Math.min(columns.length, 5),
    };
    const combinations = combinationsOf(build, search);
    const found = patternsOf(build, combinations, search, setsFor(call, search));
    const [count] = found.counts;
    if (!count) throw new Error('a cluster counts rows');
    const relation = bestOf(build, found, combinations, count, {
      size: sizeArgument(call),
      seeds: wholeArgument(call, 2, 25),
    });
    return segments(call, build, { ...found, relation }, search, call.parts.slice(3), [
      { column: build.column('Count', 'long'), expression: expressionOf(count) },
      percent(build, 'Percent', count, found.totals[0]),
    ]);
  },
};

function sizeArgument(call: PluginCall): number {
  const part = given(call, 0);
  const size = part ? Number(call.constant(part)) : 0.5;
  if (size > 0 && size < 1) return size;
  throw call.wrong(`The size weight of '${call.name}' has to be between 0 and 1`, part);
}

/**
 * The patterns that are the best ones for some seed, which is a frequent combination of values. What is
 * good is the geometric mean of how many rows a pattern has and of how many values they share.
 */
function bestOf(
  build: Builder,
  found: Patterns,
  combinations: Combinations,
  count: PlanColumn,
  { size, seeds }: { readonly size: number; readonly seeds: number },
): Relation {
  const rows = combinations.rows();
  const items = rows.columns.slice(0, found.values.length);
  const weights = rows.columns.slice(found.values.length);
  const seeded: Relation = {
    ...rows,
    plan: {
      kind: 'limit',
      input: { kind: 'sort', input: rows.plan, keys: [...weights, ...items].map(greatestFirst) },
      count: longLiteral(seeds),
      by: [],
    },
  };
  const pairs = build.join('inner', seeded, found.relation, [], found.relation.columns);
  const fits = found.values.map((value, index) =>
    build.call(
      'or',
      [isAny(build, value), build.call('==', [value, items[index] ?? value], 'bool')],
      'bool',
    ),
  );
  const shared = found.values
    .map((value) => build.call('iff', [isAny(build, value), zero, one], 'long'))
    .reduce((all, each) => build.call('+', [all, each], 'long'));
  const score = build.column('score', 'real');
  const scored = build.extend(build.filter(pairs, build.all(...fits)), [
    {
      column: score,
      expression: build.call(
        '*',
        [power(build, count, size), power(build, shared, 1 - size)],
        'real',
      ),
    },
  ]);
  const best: Relation = {
    ...scored,
    plan: {
      kind: 'limit',
      input: {
        kind: 'sort',
        input: scored.plan,
        keys: [score, ...found.values].map(greatestFirst),
      },
      count: one,
      by: items,
    },
  };
  return build.group(best, [...found.values, count]);
}

function power(
  build: Builder,
  value: PlanColumn | PlanExpression,
  exponent: number,
): PlanExpression {
  return build.call('pow', [value, { kind: 'literal', type: 'real', value: exponent }], 'real');
}
