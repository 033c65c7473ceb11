import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { literal, sql } from '../../sql.js';

/** One call makes an array at once, which cannot be interrupted. */
const mostNumbers = 1_000_000;

/** What plugins over a timeline need of the engine that no function of KQL gives. */
export const periodFunctions = {
  /** The greatest whole number of sizes that the distance holds: exact for ticks, which doubles are not. */
  floored_quotient: {
    doc: 'bin-function',
    nullable: 'always',
    emit: (distance: Operand, size: Operand) => {
      if (distance.type === 'real' || size.type === 'real') {
        return sql`accurateCastOrNull(floor(${distance} / ${size}), 'Int64')`;
      }
      const [of, by] = [sql`toInt64(${distance})`, sql`toInt64(${size})`];
      const whole = sql`intDivOrNull(${of}, ${by})`;
      return sql`if(moduloOrNull(${of}, ${by}) != 0 AND (${of} < 0) != (${by} < 0), ${whole} - 1, ${whole})`;
    },
  },
  /** The whole numbers from one to below another, as texts. */
  numbers_between: {
    doc: 'range-function',
    emit: (from: Operand, to: Operand) => {
      const [start, end] = [sql`toInt64(ifNull(${from}, 0))`, sql`toInt64(ifNull(${to}, 0))`];
      const tooMany = literal(`A plugin would look at more than ${mostNumbers} periods`);
      const checked = sql`if(throwIf(${end} - ${start} > ${{ text: String(mostNumbers) }}, ${tooMany}) = 0, ${end}, ${start})`;
      return sql`arrayMap(_x -> toString(_x), range(${start}, greatest(${start}, ${checked})))`;
    },
  },
  /** The arguments as one array of texts. */
  texts: {
    doc: 'narrow-plugin',
    emit: (...parts: Operand[]) => sql`[${{ text: parts.map(({ text }) => text).join(', ') }}]`,
  },
} satisfies Record<string, ScalarFunction>;
