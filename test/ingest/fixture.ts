import path from 'node:path';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import type { Catalog } from '../../src/catalog/types.js';
import type { ChdbEngine } from '../../src/engine/chdb.js';
import { migrate, type Retention } from '../../src/engine/schema.js';
import { type Ingest, type IngestOptions, startIngest } from '../../src/ingest/ingest.js';
import { cleanUp, startTestEngine } from '../engine/fixture.js';
import { database } from './requests.js';

export interface TestIngest {
  readonly engine: ChdbEngine;
  readonly ingest: Ingest;
  readonly directory: string;
  readonly log: Record<string, unknown>[];
  /** Rows of a table; of the tenant's by default. */
  count(table: string, where?: string): Promise<number>;
}

/** An engine with the tenant's tables, and ingest into it; both closed when the test file is done. */
export async function startTestIngest(
  more: Partial<IngestOptions> & {
    readonly dataDirectory?: string;
    readonly catalog?: Catalog;
    readonly retention?: Retention;
  } = {},
): Promise<TestIngest> {
  const { catalog = builtinCatalog, retention = 'forever', dataDirectory, ...options } = more;
  const { engine, directory, log } = await startTestEngine(
    dataDirectory === undefined ? {} : { dataDirectory },
  );
  await migrate(engine, database, catalog, retention);
  const ingest = await startIngest({
    folder: path.join(directory, 'spool'),
    engine,
    tenant: async () => ({
      catalog,
      retentionDays: retention === 'forever' ? null : retention.days,
    }),
    log: (line) => log.push(line as Record<string, unknown>),
    ...options,
  });
  cleanUp(() => ingest.close());
  return { engine, ingest, directory, log, count: counter(engine) };
}

export function counter(engine: ChdbEngine) {
  return async (table: string, where = '1'): Promise<number> => {
    const [row] = await engine.select<{ n: string }>(
      `SELECT toString(count()) AS n FROM ${database}.${table} WHERE ${where}`,
    );
    return Number(row?.n);
  };
}
