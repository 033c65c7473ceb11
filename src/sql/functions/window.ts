import type { WindowFunctionEntry, WindowParts } from '../functions.js';
import type { Operand } from '../operand.js';
import { sql } from '../sql.js';


/** Every function over a serialized table, by KQL's name. */
export const windowFunctions: Readonly<Record<string, WindowFunctionEntry>> = {
  row_number: {
    doc: 'row-number-function',
    nullable: false,
    emit: ({ partition, order }: WindowParts, start?: Operand) => {
      const number = sql`toInt64(row_number() OVER (${partition}${order}))`;
      return start ? sql`(${number} - 1 + ${start})` : number;
    },
  },
  /** The smallest value of the partition, for `graph-shortest-paths output=all`. */
  partition_min: {
    doc: 'graph-shortest-paths-operator',
    nullable: false,
    emit: ({ partition }: WindowParts, value?: Operand) =>
      sql`min(${value ?? sql`0`}) OVER (${partition})`,
  },
};
