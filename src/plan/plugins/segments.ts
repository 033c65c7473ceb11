import type { Expression } from '../../kql/syntax.js';
import { type Builder, one, same } from '../builder.js';
import { noRow } from '../context.js';
import {
  columnReference,
  longLiteral,
  nullLiteral,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from '../plan.js';
import type { PluginCall } from '../plugin.js';
import { planScalar } from '../scalar.js';
import { converted } from '../scan.js';
import { type PatternSearch, type Patterns, setsOf } from './frequent.js';

const mostPatterns = 1_000;

/** A default is asked for by a tilde. */
export function given(call: PluginCall, place: number): Expression | undefined {
  const part = call.parts[place];
  return part?.IsLiteral && part.LiteralValue === '~' ? undefined : part;
}

export function shareArgument(call: PluginCall, place: number, otherwise: number): number {
  const part = given(call, place);
  const share = part ? Number(call.constant(part)) : otherwise;
  if (share >= 0.015 && share <= 1) return share;
  throw call.wrong(`The threshold of '${call.name}' has to be from 0.015 to 1`, part);
}

export function wholeArgument(call: PluginCall, place: number, otherwise: number): number {
  const part = given(call, place);
  const size = part ? Number(call.constant(part)) : otherwise;
  if (Number.isInteger(size) && size >= 1) return size;
  throw call.wrong(`This argument of '${call.name}' has to be a whole number above 0`, part);
}

export function columnArgument(call: PluginCall, place: number): PlanColumn | undefined {
  const part = given(call, place);
  return part && call.column(part);
}

export function setsFor(call: PluginCall, { columns, dimensions }: PatternSearch): number[] {
  const sets = setsOf(columns.length, dimensions);
  if (sets) return sets;
  throw call.wrong(
    `'${call.name}' finds no patterns of ${dimensions} among ${columns.length} columns: project fewer, or lower its number of dimensions`,
  );
}

export function percent(
  build: Builder,
  name: string,
  count: PlanColumn,
  total: PlanExpression | undefined,
) {
  const hundred: PlanExpression = { kind: 'literal', type: 'real', value: 100 };
  const of = build.call('max_of', [total ?? one, one], 'long');
  const share = build.call('/', [build.call('*', [count, hundred], 'real'), of], 'real');
  return { column: build.column(name, 'real'), expression: rounded(build, share, 2) };
}

export function rounded(build: Builder, value: PlanExpression, digits: number): PlanExpression {
  return build.call('round', [value, longLiteral(digits)], 'real');
}

/** The result: patterns numbered from the greatest on, their measures, and their values under the input's names. */
export function segments(
  call: PluginCall,
  build: Builder,
  found: Patterns,
  { columns }: PatternSearch,
  wildcards: readonly Expression[],
  measures: readonly { readonly column: PlanColumn; readonly expression: PlanExpression }[],
  by?: PlanColumn,
): Relation {
  const [first] = measures;
  const values = columns.map((column, index) => {
    const value = found.values[index];
    if (!value) throw new Error('a pattern has all columns');
    const typed = converted(columnReference(value), column.type);
    const wildcard = wildcardOf(call, column, wildcards);
    return {
      column: build.column(column.name, column.type),
      expression: build.call('iff', [isAny(build, value), wildcard, typed], column.type),
    };
  });
  const shown = build.project(found.relation, [...measures, ...values]);
  const key = by ?? first?.column;
  if (!key) throw new Error('patterns have a measure');
  const descending = greatestFirst(key);
  const id = build.column('SegmentId', 'long');
  const place = build.column('place', 'long');
  const limited: Relation = {
    ...shown,
    plan: {
      kind: 'window',
      input: {
        kind: 'limit',
        input: { kind: 'sort', input: shown.plan, keys: [descending] },
        count: longLiteral(mostPatterns),
        by: [],
      },
      partitionBy: [],
      orderBy: [
        descending,
        ...values.map(({ column }) => ({
          expression: columnReference(column),
          descending: false,
          nullsFirst: true,
        })),
      ],
      functions: [
        { column: place, name: 'row_number', arguments: [], span: { start: 0, length: 0 } },
      ],
    },
    columns: [...shown.columns, place],
  };
  const numbered = build.project(limited, [
    { column: id, expression: build.call('-', [place, one], 'long') },
    ...shown.columns.map(same),
  ]);
  const order = [{ expression: columnReference(id), descending: false, nullsFirst: true }];
  return { ...numbered, order };
}

/** What stands for any value: the null of the column's type, unless the call gives a literal of that type. */
function wildcardOf(
  call: PluginCall,
  { type }: PlanColumn,
  parts: readonly Expression[],
): PlanExpression {
  for (const part of parts) {
    if (part.IsLiteral && part.LiteralValue === '~') continue;
    const value = planScalar(part, call.context, noRow);
    if (value.type === type) return value;
  }
  return nullLiteral(type);
}

export function isAny(build: Builder, value: PlanColumn): PlanExpression {
  return build.call('==', [value, stringLiteral('')], 'bool');
}

export function greatestFirst(column: PlanColumn) {
  return { expression: columnReference(column), descending: true, nullsFirst: false };
}
