import { convert } from '../../convert.js';
import type { CallSite, Emitted, ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';

/** ClickHouse's functions of real numbers take whole ones as they are. */
export function number(operand: Operand): Operand {
  return operand.type === 'int' || operand.type === 'long' ? operand : convert(operand, 'real');
}

const call = (name: string, value: Sql) => sql`${{ text: name }}(${value})`;

/** The engine's function of that name. */
function plain(doc: string, name: string, ...examples: [string, string][]): ScalarFunction {
  return { doc, emit: (value: Operand) => call(name, number(value)), examples };
}

/** The same, and null where the function is not defined. */
function within(
  doc: string,
  name: string,
  outside: (value: Sql) => Sql,
  ...examples: [string, string][]
): ScalarFunction {
  return {
    doc,
    nullable: 'always',
    trap: 'null outside its domain, where ClickHouse gives NaN',
    emit: (value: Operand) =>
      sql`if(${outside(number(value))}, NULL, ${call(name, number(value))})`,
    examples,
  };
}

/** A test that null, too, does not pass. */
function test(doc: string, name: string, ...examples: [string, string][]): ScalarFunction {
  return {
    doc,
    nullable: 'never',
    emit: (value: Operand) => {
      const passed = call(name, number(value));
      return value.nullable ? sql`ifNull(${passed}, false)` : passed;
    },
    examples,
  };
}

const belowZero = (value: Sql) => sql`${value} < 0`;
const beyondOne = (value: Sql) => sql`abs(${value}) > 1`;

function rounded({ type }: CallSite, value: Operand, digits?: Operand): Emitted {
  const count = digits?.constant?.value ?? (digits ? undefined : 0n);
  if (type === 'decimal' && typeof count === 'bigint') {
    return sql`round(${convert(value, 'decimal')}, ${{ text: String(clamp(count)) }})`;
  }
  if (type === 'long') {
    if (typeof count === 'bigint' && count >= 0n) return convert(value, 'long');
    const real = roundedReal(number(value), scale(digits, count));
    const nullable = value.nullable || digits?.nullable === true;
    return {
      ...sql`CAST(${real} AS ${{ text: nullable ? 'Nullable(Int64)' : 'Int64' }})`,
      nullable,
    };
  }
  const result = roundedReal(convert(value, 'real'), scale(digits, count));
  return type === 'decimal'
    ? { ...sql`toDecimal256OrNull(toString(${result}), 20)`, nullable: true }
    : result;
}

const clamp = (count: bigint) => (count > 20n ? 20n : count < -50n ? -50n : count);

/** What one unit of the last digit is multiplied, and divided, by. */
function scale(digits: Operand | undefined, count: unknown): { up: Sql; down: Sql } {
  if (typeof count === 'bigint' && count <= 22n && count >= -22n) {
    const power = { text: `1e${count < 0n ? -count : count}` };
    return count < 0n ? { up: sql`1`, down: power } : { up: power, down: sql`1` };
  }
  const power = sql`exp10(least(abs(${digits ?? sql`0`}), 290))`;
  const isNegative = sql`${digits ?? sql`0`} < 0`;
  return {
    up: sql`if(${isNegative}, 1., ${power})`,
    down: sql`if(${isNegative}, ${power}, 1.)`,
  };
}

/** Halves go away from zero. What is too large to have a fraction, and what is no number, stays as it is. */
function roundedReal(value: Sql, { up, down }: { up: Sql; down: Sql }): Sql {
  const result = sql`(sign(${value}) * floor(abs(${value}) * ${up} / ${down} + 0.5) * ${down} / ${up})`;
  return up.text === '1'
    ? result
    : sql`if(${up} > 1 AND NOT abs(${value}) < 1e15, ${value}, ${result})`;
}

export const mathFunctions = {
  abs: {
    doc: 'abs-function',
    emitCall: ({ type }, value: Operand) => {
      const isWhole = type === 'int' || type === 'long' || type === 'timespan';
      if (!isWhole) return sql`abs(${convert(value, type)})`;
      return type === 'int' ? sql`toInt32(abs(${value}))` : sql`toInt64(abs(${value}))`;
    },
    examples: [
      ['abs(-5)', '5'],
      ['abs(-1h)', '01:00:00'],
    ],
  },
  round: {
    doc: 'round-function',
    trap: 'halves go away from zero; ClickHouse rounds them to the even neighbour',
    emitCall: rounded,
    examples: [
      ['round(2.98765, 3)', '2.988'],
      ['round(2.15, 1)', '2.2'],
      ['round(-50.55, -2)', '-100.0'],
      ['round(-2.5)', '-3.0'],
      ['round(1e308, 2) == 1e308', 'true'],
      ['round(7, -9000000000)', '0'],
    ],
  },
  ceiling: {
    doc: 'ceiling-function',
    emit: (value: Operand) => sql`ceil(${convert(value, 'real')})`,
    examples: [['ceiling(-1.1)', '-1.0']],
  },
  sign: {
    doc: 'sign-function',
    emit: (value: Operand) => sql`toFloat64(sign(${number(value)}))`,
    examples: [['sign(-42)', '-1.0']],
  },
  sqrt: within(
    'sqrt-function',
    'sqrt',
    belowZero,
    ['sqrt(16)', '4.0'],
    ['isnull(sqrt(-1))', 'true'],
  ),
  exp: plain('exp-function', 'exp', ['exp(0)', '1.0']),
  exp2: plain('exp2-function', 'exp2', ['exp2(3)', '8.0']),
  exp10: plain('exp10-function', 'exp10', ['exp10(2)', '100.0']),
  log: within('log-function', 'log', belowZero, ['log(5)', '1.6094379124341003']),
  log2: within('log2-function', 'log2', belowZero, ['log2(8)', '3.0']),
  log10: within('log10-function', 'log10', belowZero, ['log10(1000)', '3.0']),
  pow: {
    doc: 'pow-function',
    emit: (base: Operand, exponent: Operand) => sql`pow(${number(base)}, ${number(exponent)})`,
    examples: [['pow(2, 10)', '1024.0']],
  },
  pi: { doc: 'pi-function', nullable: 'never', emit: () => sql`pi()` },
  sin: plain('sin-function', 'sin', ['sin(0)', '0.0']),
  cos: plain('cos-function', 'cos', ['cos(0)', '1.0']),
  tan: plain('tan-function', 'tan', ['tan(0)', '0.0']),
  cot: {
    doc: 'cot-function',
    emit: (value: Operand) => sql`(1 / tan(${number(value)}))`,
    examples: [['round(cot(pi() / 4), 9)', '1.0']],
  },
  asin: within('asin-function', 'asin', beyondOne, ['isnull(asin(2))', 'true']),
  acos: within('acos-function', 'acos', beyondOne, ['acos(1)', '0.0']),
  atan: plain('atan-function', 'atan', ['atan(0)', '0.0']),
  atan2: {
    doc: 'atan2-function',
    emit: (y: Operand, x: Operand) => sql`atan2(${number(y)}, ${number(x)})`,
    examples: [['atan2(0, -1)', '3.141592653589793']],
  },
  degrees: plain('degrees-function', 'degrees', ['degrees(pi())', '180.0']),
  radians: plain('radians-function', 'radians', ['radians(180)', '3.141592653589793']),
  gamma: plain('gamma-function', 'tgamma', ['gamma(5)', '24.0']),
  loggamma: plain('loggamma-function', 'lgamma', ['loggamma(5)', '3.1780538303479458']),
  erf: plain('erf-function', 'erf', ['erf(0)', '0.0']),
  erfc: plain('erfc-function', 'erfc', ['erfc(0)', '1.0']),
  isnan: test(
    'isnan-function',
    'isNaN',
    ['isnan(real(nan))', 'true'],
    ['isnan(real(null))', 'false'],
  ),
  isinf: test(
    'isinf-function',
    'isInfinite',
    ['isinf(1.0 / 0.0)', 'true'],
    ['isinf(real(null))', 'false'],
  ),
  isfinite: test(
    'isfinite-function',
    'isFinite',
    ['isfinite(1.0 / 0.0)', 'false'],
    ['isfinite(real(null))', 'false'],
  ),
  rand: {
    doc: 'rand-function',
    nullable: 'never',
    trap: 'the engine evaluates equal calls once: each evaluation has a number of its own',
    emitCall: ({ place }, limit?: Operand) => {
      const random = sql`randCanonical(${{ text: String(place) }})`;
      return limit ? sql`floor(${random} * ${limit})` : random;
    },
    examples: [['rand() < 1', 'true']],
  },
  new_guid: {
    doc: 'new-guid-function',
    nullable: 'never',
    emitCall: ({ place }) => sql`generateUUIDv4(${{ text: String(place) }})`,
    examples: [['isnotempty(new_guid())', 'true']],
  },
  toscalar: {
    doc: 'toscalar-function',
    trap: 'a value by chance in it is the same for all rows',
    nullable: 'always',
    emit: (value: Operand) => sql`(SELECT ${value})`,
    examples: [['isnotempty(toscalar(new_guid()))', 'true']],
  },
} satisfies Record<string, ScalarFunction>;
