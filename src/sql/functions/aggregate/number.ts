import { HuntError } from '../../../errors.js';
import { convert } from '../../convert.js';
import type { AggregateCall, AggregateFunction } from '../../functions.js';
import { datetimeOfTicks, literalSql, nullSql, type Operand, ticksOf } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { all, condition, presence } from './arguments.js';

/** `fn(value)` or `fnIf(value, test)`. */
function over(fn: Sql, value: Sql, test: Sql | undefined): Sql {
  return test ? sql`${fn}If(${value}, ${test})` : sql`${fn}(${value})`;
}

/** The sum of nothing, or of nulls alone, is 0. */
function sum(call: AggregateCall, value: Operand, test?: Operand): Sql {
  if (call.type === 'datetime') {
    throw new HuntError(
      'kql.unsupported',
      { what: 'A sum of datetimes', because: 'it is no point in time' },
      { span: call.span },
    );
  }
  const number = convert(value, call.type);
  const total = over(sql`sum`, number, test && condition(test));
  if (!number.nullable) return total;
  const zero = { decimal: '0', real: 0 }[call.type as string] ?? 0n;
  return sql`ifNull(${total}, ${literalSql({ type: call.type, value: zero })})`;
}

/** The average of nothing is NaN for numbers, and null for the other types. */
function average(call: AggregateCall, value: Operand, test?: Operand): Sql {
  const kept = test && condition(test);
  switch (call.type) {
    case 'timespan':
      return meanTicks(value, kept);
    case 'datetime':
      return datetimeOfTicks(meanTicks(ticksOf(value), kept));
    case 'decimal': {
      const number = convert(value, 'decimal');
      const size = over(sql`count`, number, kept);
      return sql`if(${size} = 0, ${nullSql('decimal')}, ${over(sql`sum`, number, kept)} / toInt64(greatest(${size}, 1)))`;
    }
    default: {
      const number = convert(value, 'real');
      const mean = over(sql`avg`, number, kept);
      return number.nullable ? sql`ifNull(${mean}, nan)` : mean;
    }
  }
}

/** Ticks do not fit into a double: their sum is a wide whole number. */
function meanTicks(ticks: Sql, kept: Sql | undefined): Sql {
  const total = over(sql`sumOrNull`, sql`toInt128(${ticks})`, kept);
  const size = sql`toInt128(${over(sql`count`, ticks, kept)})`;
  return sql`accurateCastOrNull(intDivOrNull(${total}, ${size}), 'Int64')`;
}

/** The smallest or greatest value; null where there is none. */
function extreme(call: AggregateCall, fn: Sql, value: Operand, test?: Operand): Sql {
  const isText = call.type === 'string' || call.type === 'dynamic';
  const kept = test && condition(test);
  // A group has rows, so without a condition there is a value unless the values are NULL.
  const plain = isText || (call.keyed && !kept);
  return over(plain ? fn : sql`${fn}OrNull`, value, kept);
}

/** Statistics of one number or of pairs: nulls do not take part; of fewer than `least` values it is 0. */
function spread(fn: Sql, least: '1' | '2', values: readonly Operand[], test?: Operand): Sql {
  const numbers = values.map((value) => convert(value, 'real'));
  const kept = all(test && condition(test), ...numbers.map(presence));
  const known = numbers.map((number) => (number.nullable ? sql`assumeNotNull(${number})` : number));
  const [first, second] = known;
  const list = second ? sql`${first ?? second}, ${second}` : (first ?? sql`0`);
  const size = kept ? sql`countIf(${kept})` : sql`count()`;
  return sql`if(${size} < ${{ text: least }}, 0, ${over(fn, list, kept)})`;
}

function statistic(doc: string, fn: Sql, least: '1' | '2'): AggregateFunction {
  return { doc, nullable: 'never', emit: (_call, value: Operand) => spread(fn, least, [value]) };
}

function statisticIf(doc: string, fn: Sql, least: '1' | '2'): AggregateFunction {
  return {
    doc,
    nullable: 'never',
    emit: (_call, value: Operand, test: Operand) => spread(fn, least, [value], test),
  };
}

function covariance(doc: string, fn: Sql, least: '1' | '2'): AggregateFunction {
  return {
    doc,
    nullable: 'never',
    emit: (_call, x: Operand, y: Operand, test?: Operand) => spread(fn, least, [x, y], test),
  };
}

function bits(doc: string, fn: Sql): AggregateFunction {
  return {
    doc,
    nullable: 'arguments',
    emit: (call, value: Operand) => {
      if (value.type !== 'int' && value.type !== 'long') {
        throw new HuntError(
          'kql.unsupported',
          { what: `The bits of ${value.type} values`, because: 'they are not whole numbers' },
          { span: call.span },
        );
      }
      return call.keyed ? sql`${fn}(${value})` : sql`${fn}OrNull(${value})`;
    },
  };
}

export const numberAggregates: Readonly<Record<string, AggregateFunction>> = {
  sum: {
    doc: 'sum-aggregation-function',
    nullable: 'never',
    emit: (call, value: Operand) => sum(call, value),
    examples: [['datatable(x: long) [long(null)] | summarize sum(x)', '0']],
  },
  sumif: {
    doc: 'sumif-aggregation-function',
    nullable: 'never',
    emit: (call, value: Operand, test: Operand) => sum(call, value, test),
    examples: [['range x from 1 to 4 step 1 | summarize sumif(x, x > 2)', '7']],
  },
  avg: {
    doc: 'avg-aggregation-function',
    nullable: 'always',
    emit: (call, value: Operand) => average(call, value),
    examples: [['datatable(x: long) [] | summarize avg(x)', 'NaN']],
  },
  avgif: {
    doc: 'avgif-aggregation-function',
    nullable: 'always',
    emit: (call, value: Operand, test: Operand) => average(call, value, test),
    examples: [['range x from 1 to 4 step 1 | summarize avgif(x, x > 2)', '3.5']],
  },
  min: {
    doc: 'min-aggregation-function',
    nullable: 'arguments',
    emit: (call, value: Operand) => extreme(call, sql`min`, value),
    examples: [['datatable(x: long) [3, 1, long(null)] | summarize min(x)', '1']],
  },
  max: {
    doc: 'max-aggregation-function',
    nullable: 'arguments',
    emit: (call, value: Operand) => extreme(call, sql`max`, value),
    examples: [['datatable(x: string) ["b", "a"] | summarize max(x)', 'b']],
  },
  minif: {
    doc: 'minif-aggregation-function',
    emit: (call, value: Operand, test: Operand) => extreme(call, sql`min`, value, test),
    examples: [['range x from 1 to 4 step 1 | summarize minif(x, x > 2)', '3']],
  },
  maxif: {
    doc: 'maxif-aggregation-function',
    emit: (call, value: Operand, test: Operand) => extreme(call, sql`max`, value, test),
    examples: [['range x from 1 to 4 step 1 | summarize tostring(maxif(x, x > 9))', '']],
  },
  stdev: statistic('stdev-aggregation-function', sql`stddevSampStable`, '2'),
  stdevif: statisticIf('stdevif-aggregation-function', sql`stddevSampStable`, '2'),
  stdevp: statistic('stdevp-aggregation-function', sql`stddevPopStable`, '1'),
  variance: statistic('variance-aggregation-function', sql`varSampStable`, '2'),
  varianceif: statisticIf('varianceif-aggregation-function', sql`varSampStable`, '2'),
  variancep: statistic('variancep-aggregation-function', sql`varPopStable`, '1'),
  variancepif: statisticIf('variancepif-aggregation-function', sql`varPopStable`, '1'),
  covariance: covariance('covariance-aggregation-function', sql`covarSampStable`, '2'),
  covarianceif: covariance('covarianceif-aggregation-function', sql`covarSampStable`, '2'),
  covariancep: covariance('covariancep-aggregation-function', sql`covarPopStable`, '1'),
  covariancepif: covariance('covariancepif-aggregation-function', sql`covarPopStable`, '1'),
  binary_all_and: bits('binary-all-and-aggregation-function', sql`groupBitAnd`),
  binary_all_or: bits('binary-all-or-aggregation-function', sql`groupBitOr`),
  binary_all_xor: bits('binary-all-xor-aggregation-function', sql`groupBitXor`),
};
