import type { AggregateFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { sql } from '../../sql.js';
import { elementText } from '../scalar/elements.js';

export const seriesAggregates = {
  /** The (slot, JSON text) tuples of one series, in the order of the slots: `make-series` alone calls it. */
  series_points: {
    doc: 'make-series-operator',
    nullable: 'never',
    emit: (_call, slot: Operand, value: Operand) =>
      sql`arraySort(_p -> _p.1, groupArray((assumeNotNull(${slot}), ${elementText(value)})))`,
  },
} satisfies Record<string, AggregateFunction>;
