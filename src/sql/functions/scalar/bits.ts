import { convert } from '../../convert.js';
import type { Emitted, ScalarFunction } from '../../functions.js';
import { constantInteger, type Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';

function both(doc: string, name: string, ...examples: [string, string][]): ScalarFunction {
  return {
    doc,
    emit: (a: Operand, b: Operand) =>
      sql`${{ text: name }}(${convert(a, 'long')}, ${convert(b, 'long')})`,
    examples,
  };
}

/** By the shift's lowest six bits; null by a negative one. */
function shift(doc: string, name: string, ...examples: [string, string][]): ScalarFunction {
  return {
    doc,
    emit: (value: Operand, count: Operand): Emitted => {
      const shifted = (by: Sql) => sql`${{ text: name }}(${convert(value, 'long')}, ${by})`;
      const places = constantInteger(count);
      if (places !== undefined && places >= 0n) {
        return { ...shifted({ text: String(places % 64n) }), nullable: value.nullable };
      }
      const masked = sql`bitAnd(toInt64(${count}), 63)`;
      return { ...sql`if(${count} < 0, NULL, ${shifted(masked)})`, nullable: true };
    },
    examples,
  };
}

export const bitFunctions = {
  binary_and: both('binary-and-function', 'bitAnd', ['binary_and(6, 3)', '2']),
  binary_or: both('binary-or-function', 'bitOr', ['binary_or(5, 3)', '7']),
  binary_xor: both('binary-xor-function', 'bitXor', ['binary_xor(5, 3)', '6']),
  binary_not: {
    doc: 'binary-not-function',
    emit: (value: Operand) => sql`bitNot(${convert(value, 'long')})`,
    examples: [['binary_not(100)', '-101']],
  },
  binary_shift_left: shift(
    'binary-shift-left-function',
    'bitShiftLeft',
    ['binary_shift_left(1, 2)', '4'],
    ['binary_shift_left(1, 66)', '4'],
    ['isnull(binary_shift_left(1, -1))', 'true'],
  ),
  binary_shift_right: shift('binary-shift-right-function', 'bitShiftRight', [
    'binary_shift_right(-8, 1)',
    '-4',
  ]),
  bitset_count_ones: {
    doc: 'bitset-count-ones-function',
    emit: (value: Operand) => sql`toInt64(bitCount(${convert(value, 'long')}))`,
    examples: [['bitset_count_ones(42)', '3']],
  },
} satisfies Record<string, ScalarFunction>;
