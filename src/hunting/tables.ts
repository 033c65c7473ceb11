import { type EngineLimits, limitsUntil, type QueryStats } from '../engine/engine.js';
import { HuntError } from '../errors.js';
import { type HuntAnswer, type HuntRequest, type HuntServices, hunt, together } from './hunt.js';

/** Tables of one answer; each is run for itself. */
const maxTables = 20;

/** What a query with several tables gives: `fork`, `facet`, several statements. */
export interface TablesAnswer {
  /** One for each table, as they are written. */
  readonly answers: readonly [HuntAnswer, ...HuntAnswer[]];
  /** What all of them used, and how much they hold. */
  readonly stats: QueryStats;
}

/** How much is in an answer already, or may be. */
export type Size = Pick<EngineLimits, 'rows' | 'resultBytes'>;

/**
 * Hunts for each of a query's tables, one after the other. They share their time, what the first takes for the present,
 * and the limits of rows and bytes; none is left open if one of them fails.
 * @param leftAfter what may be added to so much
 */
export async function huntTables(
  request: HuntRequest,
  services: HuntServices,
  leftAfter: (before: Size) => Size,
): Promise<TablesAnswer> {
  const ends = performance.now() + request.limits.wallSeconds * 1000;
  let count = 1;
  const onCompiled: HuntRequest['onCompiled'] = (query) => {
    count = countOf(query);
    request.onCompiled?.(query);
  };
  const first = await hunt({ ...request, onCompiled, table: 0 }, services);
  const now = request.now ?? first.now;
  const asked = { ...request, onCompiled, ...(now && { now }) };
  const answers: HuntAnswer[] = [];
  let { stats } = first;
  try {
    for (let table = 1; table < count; table++) {
      const left = leftAfter({ rows: stats.resultRows, resultBytes: stats.resultBytes });
      const limits = limitsUntil(ends, { ...request.limits, ...left });
      const answer = await hunt({ ...asked, limits, table }, services);
      answers.push(answer);
      stats = added(stats, answer.stats);
    }
  } catch (error) {
    for (const { rows } of [first, ...answers]) rows.destroy();
    throw error;
  }
  return { answers: [first, ...answers], stats };
}

/** @throws HuntError `kql.unsupported` */
function countOf({ tables = [undefined] }: Parameters<NonNullable<HuntRequest['onCompiled']>>[0]) {
  if (tables.length <= maxTables) return tables.length;
  throw new HuntError('kql.unsupported', {
    what: `A query of more than ${maxTables} tables`,
    because: 'each of them is run for itself',
  });
}

function added(first: QueryStats, second: QueryStats): QueryStats {
  return {
    ...together(first, second),
    resultRows: first.resultRows + second.resultRows,
    resultBytes: first.resultBytes + second.resultBytes,
  };
}
