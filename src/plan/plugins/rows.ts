import { expressionOf, one, same, zero } from '../builder.js';
import { noRow } from '../context.js';
import { longLiteral, type Relation, stringLiteral } from '../plan.js';
import type { Plugin } from '../plugin.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import { numbered, serialized } from '../windows.js';

/** `evaluate identity()`: the table as it is. */
export const identity: Plugin = { doc: 'evaluate-operator', plan: (call) => call.input };

/** `evaluate estimate_rows_count()`: exact here. */
export const estimateRowsCount: Plugin = {
  doc: 'evaluate-operator',
  plan: (call) => {
    const build = call.builder;
    const column = build.column(call.schema[0]?.name ?? 'EstimatedRowsCount', 'long');
    return build.group(call.input, [], [{ column, name: 'count', arguments: [] }]);
  },
};

/** `evaluate narrow()`: a row for each cell, with the row's number, the column's name, and the value as text. */
export const narrow: Plugin = {
  doc: 'narrow-plugin',
  plan: (call) => {
    const build = call.builder;
    const { relation, position } = numbered(call.input, call.context);
    const [row, column, value] = call.schema.map(({ name, type }) => build.column(name, type));
    if (!row || !column || !value) throw new Error('narrow has three columns');
    const names = call.input.columns.map(({ name }) => stringLiteral(name));
    const texts = call.input.columns.map((each) => converted(expressionOf(each), 'string'));
    const place = build.column('place', 'long');
    const unnested: Relation = {
      ...relation,
      plan: {
        kind: 'unnest',
        input: relation.plan,
        items: [
          { column, expression: build.call('texts', names, 'dynamic') },
          { column: value, expression: build.call('texts', texts, 'dynamic') },
        ],
        index: place,
        limit: null,
      },
    };
    const number = build.call('-', [position, one], 'long');
    const shown = build.project(unnested, [
      { column: row, expression: number },
      same(column),
      same(value),
      same(place),
    ]);
    const order = [row, place].map((key) => ({
      expression: expressionOf(key),
      descending: false,
      nullsFirst: true,
    }));
    return { ...shown, columns: [row, column, value], order };
  },
};

/** `evaluate rows_near(Condition, NumRows, RowsAfter)`: the rows around those that meet a condition. */
export const rowsNear: Plugin = {
  doc: 'rows-near-plugin',
  plan: (call) => {
    const build = call.builder;
    const { relation, position } = serialized(call.call, 'rows_near', call.input, call.context);
    const test = call.scalar(call.argument(0));
    const before = planScalar(call.argument(1), call.context, noRow);
    const afterNode = call.optional(2);
    const after = afterNode ? planScalar(afterNode, call.context, noRow) : before;
    const far = longLiteral(-(2n ** 62n));
    const back = build.column('back', 'long');
    const turned = build.extend(relation, [
      { column: back, expression: build.call('-', [zero, position], 'long') },
    ]);
    const [last, next] = [build.column('last', 'long'), build.column('next', 'long')];
    const hit = (place: typeof position) => build.call('iff', [test, place, far], 'long');
    const looked = build.window(
      build.window(
        turned,
        [],
        [position],
        [{ column: last, name: 'running_max', arguments: [hit(position)] }],
      ),
      [],
      [back],
      [{ column: next, name: 'running_max', arguments: [hit(back)] }],
    );
    const within = (place: typeof position, found: typeof last, count: typeof before) =>
      build.call('<=', [build.call('-', [place, found], 'long'), count], 'bool');
    const near = build.call(
      'or',
      [within(position, last, after), within(back, next, before)],
      'bool',
    );
    return { ...build.filter(looked, near), columns: call.input.columns };
  },
};

/** `evaluate dcount_intersect(Hll, Hll, …)`: how many values the first sets have in common. */
export const dcountIntersect: Plugin = {
  doc: 'dcount-intersect-plugin',
  plan: (call) => {
    const build = call.builder;
    const sets = call.parts.map((part) => call.scalar(part));
    const names = call.schema.slice(-sets.length);
    const counts = sets.map((_, index) => ({
      column: build.column(names[index]?.name ?? `s${index}`, 'long'),
      expression: build.call('hll_intersect', sets.slice(0, index + 1), 'long'),
    }));
    return build.extend(call.input, counts);
  },
};
