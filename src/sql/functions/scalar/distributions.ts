import { convert } from '../../convert.js';
import type { Emitted, ScalarFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import type { Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';

/** Terms of the continued fraction: enough for parameters up to 10,000. */
const fractionTerms = 400;

/**
 * The regularized incomplete beta function I_x(a, b) by its continued fraction, evaluated forwards
 * (Lentz); for 0 < x < 1 and positive a and b.
 */
function incompleteBeta(atX: Sql, ofA: Sql, ofB: Sql): Sql {
  const [x, a, b] = [sql`_bx`, sql`_ba`, sql`_bb`];
  const logFactor = sql`(lgamma(${a} + ${b}) - lgamma(${a}) - lgamma(${b}) + ${a} * log(${x}) + ${b} * log(1 - ${x}))`;
  const isLeft = sql`${x} < (${a} + 1) / (${a} + ${b} + 2)`;
  const left = sql`exp(${logFactor}) / (${a} * ${continuedFraction(x, a, b)})`;
  const mirrored = continuedFraction(sql`(1 - ${x})`, b, a);
  const right = sql`1 - exp(${logFactor}) / (${b} * ${mirrored})`;
  const value = sql`if(${isLeft}, ${left}, ${right})`;
  return letIn({ _bx: atX, _ba: ofA, _bb: ofB }, value);
}

/** The accumulator holds the ratios c and d of Lentz's method, and the product so far. */
function continuedFraction(x: Sql, a: Sql, b: Sql): Sql {
  const m = sql`intDiv(_bk, 2)`;
  const even = sql`(${m} * (${b} - ${m}) * ${x} / ((${a} + _bk - 1) * (${a} + _bk)))`;
  const odd = sql`(-(${a} + ${m}) * (${a} + ${b} + ${m}) * ${x} / ((${a} + _bk - 1) * (${a} + _bk)))`;
  const term = sql`if(_bk % 2 = 0, ${even}, ${odd})`;
  const terms = sql`arrayMap(_bk -> ${term}, range(1, ${{ text: String(fractionTerms + 1) }}))`;
  const c = sql`(1 + _bt / _bs.1)`;
  const d = sql`(1 / (1 + _bt * _bs.2))`;
  return sql`arrayFold((_bs, _bt) -> (${c}, ${d}, _bs.3 * ${c} * ${d}), ${terms}, (toFloat64(1), toFloat64(0), toFloat64(1))).3`;
}

/** The value where the conditions hold, NaN elsewhere; null where an argument is null. */
function where(conditions: Sql, value: Sql, parts: readonly Operand[]): Emitted {
  const missing = parts.filter((part) => part.nullable).map((part) => sql`isNull(${part})`);
  if (missing.length === 0) return { ...sql`if(${conditions}, ${value}, nan)`, nullable: false };
  const anyMissing = join(missing, sql` OR `);
  return { ...sql`multiIf(${anyMissing}, NULL, ${conditions}, ${value}, nan)`, nullable: true };
}

/** Kept where the continued fraction is defined: what the engine evaluates and does not take must not fail. */
const inside = (x: Sql) => sql`least(greatest(${x}, 1e-300), 0.9999999999999999)`;

/** Halvings of [0, 1] until a real number has no more digits. */
const bisections = 60;

export const distributionFunctions = {
  beta_cdf: {
    doc: 'beta-cdf-function',
    trap: 'NaN outside [0, 1] and for parameters that are not above 0 or are above 10,000',
    emit: (...parts: Operand[]) => {
      const [x, a, b] = numbers(parts);
      const allowed = sql`(${x} BETWEEN 0 AND 1 AND ${a} > 0 AND ${a} <= 10000 AND ${b} > 0 AND ${b} <= 10000)`;
      const value = sql`multiIf(${x} = 0, 0., ${x} = 1, 1., ${incompleteBeta(inside(x), a, b)})`;
      return where(allowed, value, parts);
    },
    examples: [
      ['round(beta_cdf(0.3, 10.0, 20.0), 9)', '0.364004081'],
      ['beta_cdf(1.5, 10.0, 20.0)', 'NaN'],
    ],
  },
  beta_inv: {
    doc: 'beta-inv-function',
    emit: (...parts: Operand[]) => {
      const [p, a, b] = numbers(parts);
      const middle = sql`((_br.1 + _br.2) / 2)`;
      const isBelow = sql`(${incompleteBeta(middle, a, b)} < ${p})`;
      const step = sql`if(${isBelow}, (${middle}, _br.2), (_br.1, ${middle}))`;
      const start = sql`(toFloat64(0), toFloat64(1))`;
      const value = sql`arrayFold((_br, _bi) -> ${step}, range(${{ text: String(bisections) }}), ${start}).1`;
      const known = where(sql`(${a} > 0 AND ${b} > 0)`, value, parts);
      return {
        ...sql`multiIf(${p} <= 0 OR ${p} > 1, NULL, ${p} = 1, 1., ${known})`,
        nullable: true,
      };
    },
    examples: [['round(beta_inv(0.1, 10.0, 20.0), 9)', '0.226415022']],
  },
  beta_pdf: {
    doc: 'beta-pdf-function',
    emit: (...parts: Operand[]) => {
      const [x, a, b] = numbers(parts);
      const allowed = sql`(${x} > 0 AND ${x} < 1 AND ${a} > 0 AND ${b} > 0)`;
      const value = sql`exp((${a} - 1) * log(${x}) + (${b} - 1) * log(1 - ${x}) + lgamma(${a} + ${b}) - lgamma(${a}) - lgamma(${b}))`;
      return where(allowed, value, parts);
    },
    examples: [['round(beta_pdf(0.5, 10.0, 20.0), 9)', '0.746176019']],
  },
  welch_test: {
    doc: 'welch-test-function',
    emit: (...parts: Operand[]) => {
      const [m1, v1, n1, m2, v2, n2] = numbers(parts);
      const [e1, e2] = [sql`(${v1} / ${n1})`, sql`(${v2} / ${n2})`];
      const freedom = sql`(pow(${e1} + ${e2}, 2) / (pow(${e1}, 2) / (${n1} - 1) + pow(${e2}, 2) / (${n2} - 1)))`;
      const t2 = sql`(pow(${m1} - ${m2}, 2) / (${e1} + ${e2}))`;
      const x = inside(sql`(${freedom} / (${freedom} + ${t2}))`);
      const value = sql`if(${m1} = ${m2}, 1., ${incompleteBeta(x, sql`(${freedom} / 2)`, sql`0.5`)})`;
      const allowed = sql`(${n1} > 1 AND ${n2} > 1 AND ${e1} + ${e2} > 0)`;
      return where(allowed, value, parts);
    },
    examples: [['round(welch_test(20.8, 8.0, 15, 23.0, 3.0, 15), 6)', '0.017089']],
  },
} satisfies Record<string, ScalarFunction>;

type Numbers = [Operand, Operand, Operand, Operand, Operand, Operand];

/**
 * The arguments as numbers, zero for null: a lambda's state takes no nulls, and the engine takes the
 * literal of a decimal for one that can be. The binder has counted them.
 */
function numbers(parts: readonly Operand[]): Numbers {
  return parts.map((part) => {
    const value = convert(part, 'real');
    return { ...value, ...sql`assumeNotNull(${value})`, nullable: false };
  }) as Numbers;
}
