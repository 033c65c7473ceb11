import type { ScalarType } from '../../../catalog/types.js';
import { convert, exactLong } from '../../convert.js';
import type { CallSite, Emitted, ScalarFunction } from '../../functions.js';
import { isIndexed, type Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import { storedFolded } from './text-search.js';

/** Numbers by how much they hold: two of them compare as the wider. */
const widths: readonly ScalarType[] = ['bool', 'int', 'long', 'real', 'decimal'];

/** Both operands as values that ClickHouse compares as KQL would. */
export function comparable(left: Operand, right: Operand): [Operand, Operand] {
  const type = commonType(left.type, right.type);
  return [comparedAs(left, type), comparedAs(right, type)];
}

function commonType(left: ScalarType, right: ScalarType): ScalarType {
  if (left === right) return left;
  // What a dynamic or a text is compared with says how it is read.
  for (const loose of ['dynamic', 'string'] as const) {
    if (left === loose) return right;
    if (right === loose) return left;
  }
  const [a, b] = [widths.indexOf(left), widths.indexOf(right)];
  if (a >= 0 && b >= 0) return a > b ? left : right;
  return left === 'long' || left === 'int' ? right : left;
}

function comparedAs(operand: Operand, type: ScalarType): Operand {
  const isWhole = type === 'int' || type === 'long';
  if (isWhole && isLoose(operand)) {
    return exactLong(operand);
  }
  // ClickHouse compares its own numbers exactly, whatever their widths.
  const isNumber = operand.type === 'int' || operand.type === 'long';
  return isNumber && (isWhole || type === 'real') ? operand : convert(operand, type);
}

function isLoose({ type }: Operand): boolean {
  return type === 'string' || type === 'dynamic';
}

/** One null makes false (or true, for `!=`), two nulls make null. */
function equality(call: CallSite, left: Operand, right: Operand, isEqual: boolean): Emitted {
  const [a, b] = comparable(left, right);
  const plain = sql`(${a} ${isEqual ? sql`=` : sql`!=`} ${b})`;
  if (a.type === 'dynamic') {
    return { ...sql`if(empty(${a}) AND empty(${b}), NULL, ${plain})`, nullable: true };
  }
  if (!a.nullable && !b.nullable) {
    return { ...(call.filter && isEqual ? indexed(plain, a, b) : plain), nullable: false };
  }
  if (call.filter && isEqual) return { ...plain, nullable: true };
  const oneNull = isEqual ? sql`false` : sql`true`;
  if (a.nullable && b.nullable) {
    const bothNull = sql`isNull(${a}) AND isNull(${b})`;
    return { ...sql`if(${bothNull}, NULL, ifNull(${plain}, ${oneNull}))`, nullable: true };
  }
  return { ...sql`ifNull(${plain}, ${oneNull})`, nullable: false };
}

/** Indexes of texts are of their lower case: a test of that besides lets them skip. */
function indexed(test: Sql, left: Operand, right: Operand): Sql {
  const [column, value] = right.constant ? [left, right] : [right, left];
  return isIndexed(column) && value.constant && value.type === 'string'
    ? sql`(${test} AND ${storedFolded(column)} = ${storedFolded(value)})`
    : test;
}

/**
 * Dynamic values have an order where both are numbers; else their texts decide. Beside a whole number
 * a dynamic is read as one: 10.5 is not more than 10.
 */
function ordered(left: Operand, operator: Sql, right: Operand): Sql {
  const [a, b] = comparable(left, right);
  const plain = sql`(${a} ${operator} ${b})`;
  if ((a.type === 'long' || b.type === 'long') && (isLoose(left) || isLoose(right))) {
    const [x, y] = [left, right].map((part) => (isLoose(part) ? convert(part, 'long') : part));
    return x && y ? sql`(${x} ${operator} ${y})` : plain;
  }
  if (a.type !== 'dynamic') return plain;
  const [x, y] = [convert(a, 'real'), convert(b, 'real')];
  return sql`multiIf(empty(${a}) OR empty(${b}), NULL, isNotNull(${x}) AND isNotNull(${y}), ${x} ${operator} ${y}, ${plain})`;
}

function ordering(
  operator: Sql,
  examples: NonNullable<ScalarFunction['examples']> = [],
): ScalarFunction {
  return {
    doc: 'numerical-operators',
    examples,
    emit: (left: Operand, right: Operand) => {
      const [a, b] = comparable(left, right);
      const nullable = a.nullable || b.nullable || a.type === 'dynamic';
      return { ...ordered(left, operator, right), nullable };
    },
  };
}

function range(value: Operand, from: Operand, to: Operand, isInside: boolean): Emitted {
  const nullable = [...comparable(value, from), ...comparable(value, to)].some(
    (part) => part.nullable || part.type === 'dynamic',
  );
  const text = isInside
    ? sql`(${ordered(value, sql`>=`, from)} AND ${ordered(value, sql`<=`, to)})`
    : sql`(${ordered(value, sql`<`, from)} OR ${ordered(value, sql`>`, to)})`;
  return { ...text, nullable };
}

export const comparisonFunctions = {
  '==': {
    doc: 'numerical-operators',
    trap: 'a null is equal to nothing, and two nulls compare to null',
    emitCall: (call, a: Operand, b: Operand) => equality(call, a, b, true),
    examples: [
      ['1 == 1.0', 'true'],
      ['int(null) == 1', 'false'],
      ['dynamic({"a":"x"}).a == "x"', 'true'],
      ['isnull(int(null) == int(null))', 'true'],
    ],
  },
  '!=': {
    doc: 'numerical-operators',
    trap: 'a null differs from every value, and two nulls compare to null',
    emitCall: (call, a: Operand, b: Operand) => equality(call, a, b, false),
    examples: [['int(null) != 1', 'true']],
  },
  '<': ordering(sql`<`, [['dynamic(10.5) < 11', 'true']]),
  '<=': ordering(sql`<=`),
  '>': ordering(sql`>`, [
    ['dynamic(10.5) > 10', 'false'],
    ['dynamic(10.5) > 10.0', 'true'],
  ]),
  '>=': ordering(sql`>=`),
  between: {
    doc: 'between-operator',
    emit: (value: Operand, from: Operand, to: Operand) => range(value, from, to, true),
    examples: [['5 between (1 .. 5)', 'true']],
  },
  '!between': {
    doc: 'not-between-operator',
    emit: (value: Operand, from: Operand, to: Operand) => range(value, from, to, false),
    examples: [['5 !between (1 .. 5)', 'false']],
  },
} satisfies Record<string, ScalarFunction>;
