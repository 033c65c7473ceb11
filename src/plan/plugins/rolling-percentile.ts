import { expressionOf, zero } from '../builder.js';
import { noRow } from '../context.js';
import { columnReference, longLiteral } from '../plan.js';
import type { Plugin } from '../plugin.js';
import { planScalar } from '../scalar.js';
import { beginning, between, columnsFrom, periodsOf } from './periods.js';

/** Each value counts in as many bins as a window has. */
const mostBins = 10_000;

/** `evaluate rolling_percentile(Value, Percent, Index, BinSize, BinsPerWindow, Dimension, …)` */
export const rollingPercentile: Plugin = {
  doc: 'rolling-percentile-plugin',
  plan: (call) => {
    const build = call.builder;
    const value = call.scalar(call.argument(0));
    const percent = planScalar(call.argument(1), call.context, noRow);
    const index = call.column(call.argument(2));
    const bins = Number(call.constant(call.argument(4)));
    if (!(bins >= 1 && bins <= mostBins)) {
      throw call.wrong(
        `A window of rolling_percentile has 1 to ${mostBins} bins`,
        call.argument(4),
      );
    }
    const dimensions = columnsFrom(call, 5);
    const periods = periodsOf(call, beginning(index), call.argument(3), index);
    const bin = build.column('bin', 'long');
    const binned = build.extend(between(call, call.input, index, undefined, undefined), [
      { column: bin, expression: periods.numberOf(index) },
    ]);
    const [spread, offset] = build.eachNumber(binned, zero, longLiteral(Math.trunc(bins)));
    const seen = build.column('seen', 'long');
    const own = build.column('own', 'long');
    const type = call.schema.at(-1)?.type ?? 'real';
    const result = build.column('percentile', type);
    const grouped = build.group(
      spread,
      [...dimensions, { column: seen, expression: build.call('+', [bin, offset], 'long') }],
      [
        { column: own, name: 'countif', arguments: [build.call('==', [offset, zero], 'bool')] },
        { column: result, name: 'percentile', arguments: [value, percent] },
      ],
    );
    const shown = build.filter(grouped, build.call('>', [own, zero], 'bool'));
    const values = [periods.startOf(seen), ...dimensions.map(expressionOf), expressionOf(result)];
    const columns = call.schema.map(({ name, type: declared }, place) => ({
      column: build.column(name, place === 0 ? index.type : declared),
      expression: values[place] ?? columnReference(result),
    }));
    const output = build.project(shown, columns);
    const [first] = output.columns;
    const order = first
      ? [{ expression: expressionOf(first), descending: false, nullsFirst: true }]
      : [];
    return { ...output, order };
  },
};
