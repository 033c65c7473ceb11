import { expressionOf, one, zero } from '../builder.js';
import { noRow } from '../context.js';
import { columnReference, type PlanExpression } from '../plan.js';
import type { Plugin } from '../plugin.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import { combinationsOf, type PatternSearch, patternsOf } from './frequent.js';
import {
  columnArgument,
  percent,
  rounded,
  segments,
  setsFor,
  shareArgument,
  wholeArgument,
} from './segments.js';

/** `T | evaluate basket([Threshold, WeightColumn, MaxDimensions, Wildcard, …])` */
export const basket: Plugin = {
  doc: 'basket-plugin',
  trap: 'all rows are looked at, where Kusto samples: patterns near the threshold may differ',
  plan: (call) => {
    const threshold = shareArgument(call, 0, 0.05);
    const weight = columnArgument(call, 1);
    const search: PatternSearch = {
      input: call.input,
      columns: call.input.columns.filter((column) => column !== weight),
      weights: [weight ? columnReference(weight) : one],
      threshold,
      dimensions: wholeArgument(call, 2, 5),
    };
    const build = call.builder;
    const found = patternsOf(build, combinationsOf(build, search), search, setsFor(call, search));
    const [count] = found.counts;
    if (!count) throw new Error('a basket counts rows');
    return segments(call, build, found, search, call.parts.slice(3), [
      { column: build.column('Count', 'long'), expression: expressionOf(count) },
      percent(build, 'Percent', count, found.totals[0]),
    ]);
  },
};

/** `T | evaluate diffpatterns(SplitColumn, ValueA, ValueB, [WeightColumn, Threshold, MaxDimensions, Wildcard, …])` */
export const diffPatterns: Plugin = {
  doc: 'diffpatterns-plugin',
  trap: 'every pattern that differs enough is shown, where Kusto chooses among them',
  plan: (call) => {
    const build = call.builder;
    const split = call.column(call.argument(0));
    const weight = columnArgument(call, 3);
    const text = converted(columnReference(split), 'string');
    const weights = [1, 2].map((place) => {
      const value = converted(planScalar(call.argument(place), call.context, noRow), 'string');
      const counted = weight ? converted(columnReference(weight), 'long') : one;
      return build.call('iff', [build.call('==', [text, value], 'bool'), counted, zero], 'long');
    });
    const threshold = shareArgument(call, 4, 0.05);
    const columns = call.input.columns.filter((column) => column !== split && column !== weight);
    const dimensions = wholeArgument(call, 5, Math.min(columns.length, 5));
    const search: PatternSearch = { input: call.input, columns, weights, threshold, dimensions };
    const found = patternsOf(build, combinationsOf(build, search), search, setsFor(call, search));
    const [a, b] = found.counts;
    if (!a || !b) throw new Error('two sets are compared');
    const [inA, inB] = [
      percent(build, 'PercentA', a, found.totals[0]),
      percent(build, 'PercentB', b, found.totals[1]),
    ];
    const difference = build.column('PercentDiffAB', 'real');
    const apart = build.call(
      'abs',
      [build.call('-', [inA.expression, inB.expression], 'real')],
      'real',
    );
    const least: PlanExpression = { kind: 'literal', type: 'real', value: 100 * threshold };
    const relation = build.filter(found.relation, build.call('>=', [apart, least], 'bool'));
    return segments(
      call,
      build,
      { ...found, relation },
      search,
      call.parts.slice(6),
      [
        { column: build.column('CountA', 'long'), expression: expressionOf(a) },
        { column: build.column('CountB', 'long'), expression: expressionOf(b) },
        inA,
        inB,
        { column: difference, expression: rounded(build, apart, 2) },
      ],
      difference,
    );
  },
};
