import { convert } from '../../convert.js';
import type { AggregateCall, AggregateFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import {
  digestKey,
  digestParts,
  digestState,
  digestTag,
  hashesOf,
  hashOf,
  hashState,
  sizeOfHashes,
} from '../../sketch.js';
import { type Sql, sql } from '../../sql.js';
import { all, condition, oneForAll, presence, writtenNumber } from './arguments.js';

/** Hashes kept by KQL's accuracy level: errors of 1.6 % to 0.4 %. */
const sizes = [4096, 16384, 65536, 65536, 65536];

function hll(
  call: AggregateCall,
  value: Operand,
  accuracy: Operand | undefined,
  test?: Operand,
): Sql {
  const level = accuracy ? writtenNumber(accuracy) : 1;
  if (accuracy && level === undefined) oneForAll(call, accuracy, 'An accuracy');
  const hashes = level === undefined ? 65536 : (sizes[level] ?? 16384);
  const size = sql`toUInt32(${{ text: String(hashes) }})`;
  const kept = all(test && condition(test), presence(value));
  const hash = hashOf(value);
  return hashState(
    size,
    kept ? sql`groupUniqArrayIf(${hash}, ${kept})` : sql`groupUniqArray(${hash})`,
  );
}

function digest(value: Operand, weight: Operand | undefined): Sql {
  const amount = weight ? convert(weight, 'long') : undefined;
  const kept = all(
    presence(value),
    value.type === 'real' ? sql`isFinite(${value})` : undefined,
    amount && sql`ifNull(${amount} > 0, false)`,
  );
  const size = amount
    ? amount.nullable
      ? sql`assumeNotNull(${amount})`
      : amount
    : sql`toInt64(1)`;
  const pairs = sql`[${digestKey(value)}], [${size}]`;
  return digestState(
    digestTag(value),
    kept ? sql`sumMapIf(${pairs}, ${kept})` : sql`sumMap(${pairs})`,
  );
}

const mergedDigests: AggregateFunction = {
  doc: 'tdigest-merge-aggregation-function',
  nullable: 'never',
  emit: (_call, state: Operand) =>
    digestState(
      sql`anyIf(${digestParts.tag(state)}, notEmpty(${state}))`,
      sql`sumMap(${digestParts.keys(state)}, arrayResize(${digestParts.weights(state)}, length(${digestParts.keys(state)})))`,
    ),
  examples: [
    [
      'range x from 1 to 9 step 1 | summarize t = tdigest(x) by x % 2 | summarize m = tdigest_merge(t) | project percentile_tdigest(m, 50)',
      '5',
    ],
  ],
};

export const sketchAggregates: Readonly<Record<string, AggregateFunction>> = {
  hll: {
    doc: 'hll-aggregation-function',
    nullable: 'never',
    emit: (call, value: Operand, accuracy?: Operand) => hll(call, value, accuracy),
    examples: [
      ['range x from 1 to 9 step 1 | summarize h = hll(x % 4) | project dcount_hll(h)', '4'],
    ],
  },
  hll_if: {
    doc: 'hll-if-aggregation-function',
    nullable: 'never',
    emit: (call, value: Operand, test: Operand, accuracy?: Operand) =>
      hll(call, value, accuracy, test),
    examples: [
      ['range x from 1 to 9 step 1 | summarize h = hll_if(x, x > 6) | project dcount_hll(h)', '3'],
    ],
  },
  hll_merge: {
    doc: 'hll-merge-aggregation-function',
    nullable: 'never',
    emit: (_call, state: Operand) =>
      hashState(
        sql`maxIf(${sizeOfHashes(state)}, notEmpty(${state}))`,
        sql`groupUniqArrayArray(${hashesOf(state)})`,
      ),
    examples: [
      [
        'range x from 1 to 9 step 1 | summarize h = hll(x) by x % 2 | summarize m = hll_merge(h) | project dcount_hll(m)',
        '9',
      ],
    ],
  },
  tdigest: {
    doc: 'tdigest-aggregation-function',
    nullable: 'never',
    emit: (_call, value: Operand, weight?: Operand) => digest(value, weight),
    examples: [
      [
        'range x from 1 to 9 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 50)',
        '5',
      ],
    ],
  },
  tdigest_merge: mergedDigests,
  merge_tdigest: mergedDigests,
};
