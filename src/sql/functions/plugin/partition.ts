import { unlessFailing } from '../../fail.js';
import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { sql } from '../../sql.js';

export const partitionFunctions = {
  /** Whether a number of partitions is one that the legacy strategy takes: if not, the hunt fails. */
  few_partitions: {
    doc: 'partition-operator',
    nullable: 'never',
    emit: (count: Operand) =>
      unlessFailing(
        sql`ifNull(${count}, 0) > 64`,
        'partition: the key has more than 64 distinct values. Use hint.strategy=native or hint.strategy=shuffle',
        sql`true`,
        sql`true`,
      ),
  },
} satisfies Record<string, ScalarFunction>;
