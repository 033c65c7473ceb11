import { kindOf, member, scalarTypeOf } from '../../kql/syntax.js';
import { expressionOf, zero } from '../builder.js';
import { noRow } from '../context.js';
import type { PlanColumn, PlanExpression, Relation } from '../plan.js';
import type { Plugin } from '../plugin.js';
import { planScalar } from '../scalar.js';

/** `evaluate sequence_detect(Time, MaxStep, MaxSpan, First = condition, Second = condition, Dimension, …)` */
export const sequenceDetect: Plugin = {
  doc: 'sequence-detect-plugin',
  trap: 'every combination of rows that fits is a sequence of its own',
  plan: (call) => {
    const build = call.builder;
    const time = call.column(call.argument(0));
    const step = planScalar(call.argument(1), call.context, noRow);
    const span = planScalar(call.argument(2), call.context, noRow);
    const conditions: PlanExpression[] = [];
    const dimensions: { readonly column: PlanColumn; readonly expression: PlanExpression }[] = [];
    for (const part of call.parts.slice(3)) {
      const node = kindOf(part) === 'SimpleNamedExpression' ? member(part, 'Expression') : part;
      const expression = call.scalar(node);
      if (scalarTypeOf(node.ResultType) === 'bool' && dimensions.length === 0) {
        conditions.push(expression);
      } else dimensions.push({ column: build.column('dimension', expression.type), expression });
    }
    if (conditions.length === 0) throw call.wrong('sequence_detect needs a condition');
    const use = build.shared(build.extend(call.input, dimensions));
    const places = new Map(call.input.columns.map((column, index) => [column, index]));
    /** The times at which a condition holds, with the dimensions. */
    const moments = (condition: PlanExpression) => {
      const rows = use();
      const here = (expression: PlanExpression): PlanExpression => {
        if (expression.kind === 'column') {
          const column = rows.columns[places.get(expression.column) ?? -1];
          return column ? expressionOf(column) : expression;
        }
        if (expression.kind !== 'call') return expression;
        return { ...expression, arguments: expression.arguments.map(here) };
      };
      const at = build.column('at', time.type);
      const known = build.call('isnotnull', [here(expressionOf(time))], 'bool');
      const keys = rows.columns.slice(call.input.columns.length);
      const grouped = build.group(build.filter(rows, build.all(known, here(condition))), [
        ...keys,
        { column: at, expression: here(expressionOf(time)) },
      ]);
      return { grouped, keys, at };
    };
    const distance = time.type === 'datetime' ? 'timespan' : time.type;
    const apart = (later: PlanColumn, earlier: PlanColumn) =>
      build.call('-', [later, earlier], distance);
    let rows: Relation | undefined;
    let keys: readonly PlanColumn[] = [];
    const times: PlanColumn[] = [];
    for (const condition of conditions) {
      const next = moments(condition);
      const [first, last] = [times[0], times.at(-1)];
      if (!rows || !first || !last) {
        rows = next.grouped;
        keys = next.keys;
      } else {
        const text = (column: PlanColumn) => build.call('tostring', [column], 'string');
        const on = keys.flatMap((key, index) => {
          const other = next.keys[index];
          return other ? [[text(key), text(other)] as const] : [];
        });
        rows = build.filter(
          build.join('inner', rows, next.grouped, on, [next.at]),
          build.all(
            build.call('>=', [next.at, last], 'bool'),
            build.call('<=', [apart(next.at, last), step], 'bool'),
            build.call('<=', [apart(next.at, first), span], 'bool'),
          ),
        );
      }
      times.push(next.at);
    }
    const [first, last] = [times[0], times.at(-1)];
    if (!rows || !first || !last) throw new Error('a sequence of no steps');
    const values = [...keys, ...times].map(expressionOf).concat(apart(last, first));
    const columns = call.schema.map(({ name }, index) => {
      const expression = values[index] ?? zero;
      return { column: build.column(name, expression.type), expression };
    });
    return build.project(rows, columns);
  },
};
