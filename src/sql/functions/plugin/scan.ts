import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { join, type Sql, sql } from '../../sql.js';

/** What `scan` needs of the engine that no function of KQL gives. */
export const scanFunctions = {
  /** Pairs of a step's name and whether the row matches it: the names of those that it does. */
  matched_steps: {
    doc: 'scan-operator',
    emit: (...pairs: Operand[]): Sql => {
      const items: Sql[] = [];
      for (let index = 0; index + 1 < pairs.length; index += 2) {
        const [name, test] = [pairs[index], pairs[index + 1]];
        if (name && test) items.push(sql`if(${test}, [${name}], emptyArrayString())`);
      }
      return items.length === 0 ? sql`emptyArrayString()` : sql`arrayConcat(${join(items)})`;
    },
  },
} satisfies Record<string, ScalarFunction>;
