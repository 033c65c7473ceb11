import { parseTimespan } from '../../kql/times.js';
import { type Builder, expressionOf, one, zero } from '../builder.js';
import { noRow } from '../context.js';
import { longLiteral, type PlanExpression, stringLiteral } from '../plan.js';
import type { Plugin, PluginCall } from '../plugin.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import { between, periodsOf } from './periods.js';

/** The engine follows no more steps. */
const mostSteps = 32;

/** `evaluate funnel_sequence_completion(Id, Time, Start, End, Bin, State, Sequence, Spans)` */
export const funnelSequenceCompletion: Plugin = {
  doc: 'funnel-sequence-completion-plugin',
  plan: (call) => {
    const build = call.builder;
    const [id, time] = [call.column(call.argument(0)), call.column(call.argument(1))];
    const [from, to] = [2, 3].map((place) => planScalar(call.argument(place), call.context, noRow));
    if (!from || !to) throw call.wrong('funnel_sequence_completion needs a start and an end');
    const state = converted(call.scalar(call.argument(5)), 'string');
    const sequence = listOf(call, 6).map(textOfItem);
    const spans = listOf(call, 7).map((item) => spanOf(call, item, time.type));
    if (sequence.length === 0 || sequence.length > mostSteps || spans.length === 0) {
      throw call.wrong(`funnel_sequence_completion takes 1 to ${mostSteps} steps and a time span`);
    }
    const periods = periodsOf(call, from, call.argument(4), time);
    const bin = build.column('bin', 'long');
    const tests = sequence.map((text) => build.call('==', [state, stringLiteral(text)], 'bool'));
    const rows = build.filter(
      between(call, call.input, time, from, to),
      tests.length === 1 ? (tests[0] ?? zero) : build.call('or', tests, 'bool'),
    );
    const at = time.type === 'datetime' ? build.call('tolong', [time], 'long') : expressionOf(time);
    const reached = spans.map((span) => ({
      column: build.column('reached', 'long'),
      name: 'funnel_steps',
      arguments: [at, longLiteral(span), ...tests],
    }));
    const ids = build.group(
      rows,
      [{ column: bin, expression: periods.numberOf(time) }, id],
      reached,
    );
    const pairs = spans.length * sequence.length;
    const [spread, pair] = build.eachNumber(ids, zero, longLiteral(pairs));
    const width = longLiteral(sequence.length);
    const step = build.call('%', [pair, width], 'long');
    const place = build.call('/', [pair, width], 'long');
    const steps = choice(
      build,
      place,
      reached.map(({ column }) => expressionOf(column)),
      'long',
    );
    const count = build.column('count', 'long');
    const isThere = build.call('>', [steps, step], 'bool');
    const counted = build.group(
      spread,
      [bin, pair],
      [{ column: count, name: 'countif', arguments: [isThere] }],
    );
    const schema = call.schema;
    const stateType = schema[1]?.type ?? 'string';
    const states = sequence.map((text) => converted(stringLiteral(text), stateType));
    const periodType = time.type === 'datetime' ? 'timespan' : 'long';
    const lengths = spans.map(
      (span): PlanExpression => ({ kind: 'literal', type: periodType, value: span }),
    );
    const values = [
      periods.startOf(bin),
      choice(build, step, states, stateType),
      choice(build, place, lengths, periodType),
      expressionOf(count),
    ];
    const columns = schema.map(({ name }, index) => {
      const expression = values[index] ?? one;
      return { column: build.column(name, expression.type), expression };
    });
    const hidden = { column: pair, expression: expressionOf(pair) };
    const shown = build.project(counted, [...columns, hidden]);
    const keys = [columns[0]?.column ?? pair, pair];
    return {
      ...shown,
      columns: columns.map(({ column }) => column),
      order: keys.map((key) => ({
        expression: expressionOf(key),
        descending: false,
        nullsFirst: true,
      })),
    };
  },
};

/** The value at a place that is known when the query runs. */
function choice(
  build: Builder,
  place: PlanExpression,
  values: readonly PlanExpression[],
  type: PlanExpression['type'],
): PlanExpression {
  const last = values.at(-1) ?? zero;
  const branches = values
    .slice(0, -1)
    .flatMap((value, index) => [build.call('==', [place, longLiteral(index)], 'bool'), value]);
  return branches.length === 0 ? last : build.call('case', [...branches, last], type);
}

function listOf(call: PluginCall, place: number): unknown[] {
  const text = call.constant(call.argument(place));
  const items: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
  if (Array.isArray(items)) return items;
  throw call.wrong('This argument has to be a constant array', call.argument(place));
}

function textOfItem(item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item);
}

function spanOf(call: PluginCall, item: unknown, type: PlanExpression['type']): bigint {
  const span =
    type === 'datetime'
      ? parseTimespan(String(item))
      : typeof item === 'number' && Number.isSafeInteger(item)
        ? BigInt(item)
        : null;
  if (span !== null && span > 0n) return span;
  throw call.wrong('The spans of funnel_sequence_completion have to be positive', call.argument(7));
}
