import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';

function condition(operand: Operand): Sql {
  const test = convert(operand, 'bool');
  return test.nullable ? sql`ifNull(${test}, false)` : test;
}

const iff: ScalarFunction = {
  doc: 'iff-function',
  emitCall: ({ type }, test: Operand, then: Operand, otherwise: Operand) =>
    sql`if(${condition(test)}, ${convert(then, type)}, ${convert(otherwise, type)})`,
};

export const logicFunctions = {
  iff,
  iif: iff,
  case: {
    doc: 'case-function',
    emitCall: ({ type }, ...parts: Operand[]) =>
      sql`multiIf(${join(parts.map((part, index) => (index % 2 === 0 && index < parts.length - 1 ? condition(part) : convert(part, type))))})`,
  },
  coalesce: {
    doc: 'coalesce-function',
    emitCall: ({ type }, ...parts: Operand[]) => {
      const values = parts.map((part) => convert(part, type));
      if (type !== 'string' && type !== 'dynamic') return sql`coalesce(${join(values)})`;
      return sql`coalesce(${join(values.map((value) => sql`nullIf(${value}, '')`))}, '')`;
    },
  },
  max_of: {
    doc: 'max-of-function',
    emitCall: ({ type }, ...parts: Operand[]) => extreme(sql`arrayMax`, type, parts),
  },
  min_of: {
    doc: 'min-of-function',
    emitCall: ({ type }, ...parts: Operand[]) => extreme(sql`arrayMin`, type, parts),
  },
} satisfies Record<string, ScalarFunction>;

/** The extreme of the values that are not null. */
function extreme(pick: Sql, type: Operand['type'], parts: readonly Operand[]): Sql {
  const values = parts.map((part) => convert(part, type));
  if (!values.some((value) => value.nullable)) return sql`${pick}([${join(values)}])`;
  const kept = sql`arrayFilter(_x -> isNotNull(_x), [${join(values)}])`;
  return sql`if(empty(${kept}), NULL, ${pick}(arrayMap(_x -> assumeNotNull(_x), ${kept})))`;
}
