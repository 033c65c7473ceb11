import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { nullSql, type Operand } from '../../operand.js';
import {
  countOfCommonHashes,
  countOfHashes,
  digestKey,
  digestParts,
  digestState,
  hashesOf,
  hashState,
  percentileText,
  rankIn,
  sizeOfHashes,
  totalOf,
} from '../../sketch.js';
import { join, type Sql, sql } from '../../sql.js';

const percentOf = (percent: Operand): Sql => {
  const number = convert(percent, 'real');
  return number.nullable ? sql`ifNull(${number}, 0)` : number;
};

/** The percentile as a dynamic, or as a value of the type that the call names. */
function percentile(call: CallSite, state: Operand, percent: Operand): Sql {
  const text = percentileText(state, percentOf(percent));
  if (call.type === 'dynamic') return text;
  const value = convert(
    { ...text, type: 'dynamic', nullable: false, expression: state.expression },
    call.type,
  );
  return value;
}

function percentileArray(call: CallSite, state: Operand, ...percents: Operand[]): Sql {
  const [percent] = percents;
  if (call.type !== 'dynamic' && percent) return percentile(call, state, percent);
  // A type, which is a text here, says what the values already are.
  const lists = percents
    .filter(isPercentage)
    .map((percent) =>
      percent.type === 'dynamic'
        ? sql`JSONExtract(${percent}, 'Array(Float64)')`
        : sql`[${percentOf(percent)}]`,
    );
  const text = percentileText(state, sql`_q`);
  const texts = sql`arrayMap(_q -> if(empty(${text}), 'null', ${text}), arrayConcat(${join(lists)}))`;
  return sql`if(empty(${state}), '', concat('[', arrayStringConcat(${texts}, ','), ']'))`;
}

function isPercentage({ type }: Operand): boolean {
  return type !== 'string';
}

/** The value's rank among those of a state, as a number of them or as a percentage; null of no state. */
function rank(state: Operand, sought: Operand, asPercentage: boolean): Sql {
  const isText = sought.type === 'string' || sought.type === 'dynamic';
  const value = isText ? convert(sought, 'real') : sought;
  const key = sql`toFloat64(${digestKey(value)})`;
  const place = sql`toFloat64(${rankIn(state, key)})`;
  const result = asPercentage ? sql`${place} * 100 / ${totalOf(state)}` : place;
  const known = value.nullable
    ? sql`(notEmpty(${state}) AND isNotNull(${value}))`
    : sql`notEmpty(${state})`;
  return sql`if(${known}, toNullable(${result}), ${nullSql('real')})`;
}

function mergedDigests(...states: Operand[]): Sql {
  const keys = sql`arrayReduce('sumMap', [${join(states.map(digestParts.keys))}], [${join(
    states.map(
      (state) =>
        sql`arrayResize(${digestParts.weights(state)}, length(${digestParts.keys(state)}))`,
    ),
  )}])`;
  const tags = sql`arrayFirst(_x -> notEmpty(_x), [${join(states.map(digestParts.tag))}])`;
  return digestState(tags, keys);
}

const digestMerge: ScalarFunction = {
  doc: 'tdigest-merge-function',
  emit: mergedDigests,
  examples: [
    [
      'range x from 1 to 9 step 1 | summarize t = tdigest(x) | project percentile_tdigest(tdigest_merge(t, t), 50)',
      '5',
    ],
  ],
};

export const sketchFunctions = {
  dcount_hll: {
    doc: 'dcount-hll-function',
    nullable: 'always',
    emit: (state: Operand) =>
      sql`if(empty(${state}), ${nullSql('long')}, toNullable(${countOfHashes(state)}))`,
    examples: [['range x from 1 to 9 step 1 | summarize h = hll(x) | project dcount_hll(h)', '9']],
  },
  /** How many values sets have in common: `evaluate dcount_intersect`. */
  hll_intersect: {
    doc: 'dcount-intersect-plugin',
    nullable: 'never',
    emit: (...states: Operand[]) => countOfCommonHashes(states),
  },
  hll_merge: {
    doc: 'hll-merge-function',
    emit: (...states: Operand[]) =>
      hashState(
        sql`arrayMax([${join(states.map(sizeOfHashes))}])`,
        sql`arrayDistinct(arrayConcat(${join(states.map(hashesOf))}))`,
      ),
    examples: [
      [
        'range x from 1 to 9 step 1 | summarize a = hll(x), b = hll(x + 5) | project dcount_hll(hll_merge(a, b))',
        '14',
      ],
    ],
  },
  tdigest_merge: digestMerge,
  merge_tdigest: digestMerge,
  percentile_tdigest: {
    doc: 'percentile-tdigest-function',
    nullable: 'always',
    emitCall: (call: CallSite, state: Operand, percent: Operand) =>
      percentile(call, state, percent),
    examples: [
      [
        'range x from 1 to 9 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 100, typeof(long))',
        '9',
      ],
    ],
  },
  percentiles_array_tdigest: {
    doc: 'percentiles-array-tdigest-function',
    nullable: 'always',
    emitCall: percentileArray,
    examples: [
      [
        'range x from 1 to 9 step 1 | summarize t = tdigest(x) | project percentiles_array_tdigest(t, 0, 50)',
        '[1,5]',
      ],
      [
        'range x from 1 to 9 step 1 | summarize t = tdigest(x) | project percentiles_array_tdigest(t, range(0, 100, 50), typeof(int))',
        '[1,5,9]',
      ],
    ],
  },
  rank_tdigest: {
    doc: 'rank-tdigest-function',
    nullable: 'always',
    emit: (state: Operand, value: Operand) => rank(state, value, false),
    examples: [
      [
        'range x from 1 to 1000 step 1 | summarize t = tdigest(x) | project tolong(rank_tdigest(t, 685))',
        '685',
      ],
    ],
  },
  percentrank_tdigest: {
    doc: 'percentrank-tdigest-function',
    nullable: 'always',
    emit: (state: Operand, value: Operand) => rank(state, value, true),
    examples: [
      [
        'range x from 1 to 10 step 1 | summarize t = tdigest(x) | project percentrank_tdigest(t, 5)',
        '50',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
