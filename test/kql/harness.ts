import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { tenantDatabase } from '../../src/catalog/names.js';
import type { Catalog } from '../../src/catalog/types.js';
import { startChdbEngine } from '../../src/engine/chdb.js';
import type { Engine } from '../../src/engine/engine.js';
import { migrate } from '../../src/engine/schema.js';
import { HuntError } from '../../src/errors.js';
import { type HuntAnswer, type HuntRequest, hunt } from '../../src/hunting/hunt.js';
import { compileHere } from '../compile-here.js';

export type Row = Record<string, unknown>;

/** Hunts on a real engine in a directory of their own. */
export interface Harness {
  readonly engine: Engine;
  readonly answer: (
    kql: string,
    request?: Partial<HuntRequest>,
    on?: Engine,
  ) => Promise<HuntAnswer>;
  readonly rows: (kql: string, request?: Partial<HuntRequest>) => Promise<Row[]>;
  /** The rows' values without their names: short to compare. */
  readonly values: (kql: string) => Promise<unknown[][]>;
  /** The result's columns as `name: type`. */
  readonly columns: (kql: string) => Promise<string[]>;
  readonly error: (kql: string) => Promise<HuntError>;
  readonly close: () => Promise<void>;
}

/** All that the tenant has, for what is compiled and looked at. */
export const tenantScope = {
  database: tenantDatabase('default'),
  now: new Date(),
  from: null,
  to: null,
  deviceGroups: null,
};

export interface HarnessOptions {
  /** Create the tenant's tables, which takes a few seconds. */
  readonly tables?: boolean;
  readonly catalog?: Catalog;
}

export async function startHarness({
  tables = false,
  catalog = builtinCatalog,
}: HarnessOptions = {}): Promise<Harness> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'quarry-kql-'));
  const engine = await startChdbEngine({ dataDirectory });
  if (tables) await migrate(engine, tenantDatabase('default'), catalog, 'forever');
  const services = {
    engine,
    compiler: compileHere,
    tenant: () => ({ catalog, retentionDays: null }),
  };
  const principal = {
    tenant: 'default',
    id: 'test',
    name: 'test',
    kind: 'application' as const,
    roles: [],
    scopes: [],
    deviceGroups: null,
  };
  const limits = { wallSeconds: 60, memoryBytes: 2e9, rows: 100_000, resultBytes: 124e6 };
  const answer = (kql: string, request: Partial<HuntRequest> = {}, on: Engine = engine) =>
    hunt({ principal, text: kql, limits, ...request }, { ...services, engine: on });
  const rows = async (kql: string, request?: Partial<HuntRequest>) => {
    const result = await answer(kql, request);
    return JSON.parse(`[${await text(result.rows)}]`) as Row[];
  };
  return {
    engine,
    answer,
    rows,
    values: async (kql) => (await rows(kql)).map((row) => Object.values(row)),
    columns: async (kql) => {
      const result = await answer(kql);
      result.rows.destroy();
      return result.columns.map(({ name, type }) => `${name}: ${type}`);
    },
    error: async (kql) => {
      const outcome = await rows(kql).then(
        (found) => new Error(`answered ${JSON.stringify(found).slice(0, 200)}`),
        (error: unknown) => error,
      );
      if (outcome instanceof HuntError) return outcome;
      throw outcome;
    },
    close: async () => {
      await engine.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}
