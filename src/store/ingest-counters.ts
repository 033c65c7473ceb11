import { sql } from 'kysely';
import type { Store } from './store.js';

/** One figure of one source of a tenant. */
export interface IngestCounter {
  readonly source: string;
  readonly connector: string;
  readonly counter: string;
  readonly value: number;
}

/** Of times the latest is kept; everything else is summed up. */
const latest = new Set(['lastEvent', 'lastReceived']);

export function isLatest(counter: string): boolean {
  return latest.has(counter);
}

export async function ingestCounters(store: Store, tenant: string): Promise<IngestCounter[]> {
  return store.db
    .selectFrom('ingest_counters')
    .select(['source', 'connector', 'counter', 'value'])
    .where('tenant_id', '=', tenant)
    .orderBy('source')
    .orderBy('connector')
    .orderBy('counter')
    .execute();
}

/**
 * Adds to what is there, all of it or nothing. Every server takes the rows in the same order: none
 * waits for a row of another that waits for one of its own.
 */
export async function addIngestCounters(
  store: Store,
  tenant: string,
  counters: readonly IngestCounter[],
): Promise<void> {
  const ordered = counters
    .map((each) => ({ ...each, key: JSON.stringify([each.source, each.connector, each.counter]) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  await store.db.transaction().execute(async (db) => {
    for (const { source, connector, counter, value } of ordered) {
      const known = sql.ref('ingest_counters.value');
      const added = sql.ref('excluded.value');
      await db
        .insertInto('ingest_counters')
        .values({ tenant_id: tenant, source, connector, counter, value })
        .onConflict((conflict) =>
          conflict.columns(['tenant_id', 'source', 'connector', 'counter']).doUpdateSet({
            value: isLatest(counter)
              ? sql<number>`case when ${added} > ${known} then ${added} else ${known} end`
              : sql<number>`${known} + ${added}`,
          }),
        )
        .execute();
    }
  });
}
