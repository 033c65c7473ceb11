import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { sql } from '../../sql.js';

/** What plugins over property bags need of the engine that no function of KQL gives. */
export const bagPluginFunctions = {
  /** The slots of a bag as JSON texts `["name","type"]`; a slot that holds null has no type. */
  bag_slots: {
    doc: 'bag-unpack-plugin',
    emit: (bag: Operand) => {
      const value = sql`tupleElement(_p, 2)`;
      const type = sql`multiIf(startsWith(${value}, '"'), 'string', ${value} IN ('true', 'false'), 'bool', match(${value}, '^-?[0-9]+$'), 'long', match(${value}, '^[[{]'), 'dynamic', 'real')`;
      const slot = sql`concat('[', toJSONString(tupleElement(_p, 1)), ',"', ${type}, '"]')`;
      return sql`arrayMap(_p -> ${slot}, arrayFilter(_p -> ${value} != 'null', JSONExtractKeysAndValuesRaw(${bag})))`;
    },
  },
} satisfies Record<string, ScalarFunction>;
