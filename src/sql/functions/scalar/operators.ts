import { convert } from '../../convert.js';
import type { CallSite, Emitted, ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';
import { refused } from '../refused.js';
import { arithmeticFunctions } from './arithmetic.js';
import { binFunctions } from './bins.js';
import { comparisonFunctions } from './comparison.js';

/** A term of a logical operator; numbers count as whether they differ from zero. */
function condition(call: CallSite, term: Operand): Operand {
  if (term.table) throw refused(call, 'a table as a condition', 'a condition is a bool');
  return convert(term, 'bool');
}

function logical(symbol: Sql) {
  return (call: CallSite, ...terms: Operand[]): Emitted => {
    const conditions = terms.map((term) => condition(call, term));
    const nullable = conditions.some((term) => term.nullable);
    return { ...sql`(${join(conditions, symbol)})`, nullable };
  };
}

const logicalFunctions = {
  and: { doc: 'logical-operators', emitCall: logical(sql` AND `) },
  or: { doc: 'logical-operators', emitCall: logical(sql` OR `) },
  not: {
    doc: 'not-function',
    emitCall: (call, term: Operand) => {
      const test = condition(call, term);
      return { ...sql`(NOT ${test})`, nullable: test.nullable };
    },
    examples: [['not(false)', 'true']],
  },
} satisfies Record<string, ScalarFunction>;

export const operatorFunctions = {
  ...logicalFunctions,
  ...comparisonFunctions,
  ...arithmeticFunctions,
  ...binFunctions,
} satisfies Record<string, ScalarFunction>;
