import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { sql } from '../../sql.js';

const real = (operand: Operand) => convert(operand, 'real');

function plain(doc: string, name: string): ScalarFunction {
  return { doc, emit: (value: Operand) => sql`${{ text: name }}(${real(value)})` };
}

export const mathFunctions = {
  abs: {
    doc: 'abs-function',
    emitCall: ({ type }, value: Operand) =>
      type === 'int'
        ? sql`toInt32(abs(${value}))`
        : type === 'long' || type === 'timespan'
          ? sql`toInt64(abs(${convert(value, type)}))`
          : sql`abs(${convert(value, type)})`,
  },
  round: {
    doc: 'round-function',
    trap: 'halves go away from zero; ClickHouse rounds them to the even neighbour',
    emit: (value: Operand, digits?: Operand) => {
      const scale = digits ? sql`exp10(${digits})` : sql`1`;
      return sql`(sign(${real(value)}) * floor(abs(${real(value)}) * ${scale} + 0.5) / ${scale})`;
    },
  },
  sqrt: plain('sqrt-function', 'sqrt'),
  exp: plain('exp-function', 'exp'),
  exp2: plain('exp2-function', 'exp2'),
  exp10: plain('exp10-function', 'exp10'),
  log: plain('log-function', 'log'),
  log2: plain('log2-function', 'log2'),
  log10: plain('log10-function', 'log10'),
  pow: {
    doc: 'pow-function',
    emit: (base: Operand, exponent: Operand) => sql`pow(${real(base)}, ${real(exponent)})`,
  },
  rand: {
    doc: 'rand-function',
    nullable: 'never',
    emit: (limit?: Operand) =>
      limit ? sql`toFloat64(rand64() % toUInt64(greatest(1, ${limit})))` : sql`randCanonical()`,
  },
} satisfies Record<string, ScalarFunction>;
