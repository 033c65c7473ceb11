import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createServer, type ServerParts } from '../../src/api/server.js';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import type { HuntAnswer } from '../../src/hunting/hunt.js';
import { dataAccess } from '../../src/identity/assignments.js';
import {
  IssuerKeys,
  issuerCookieSecret,
  trustEmbeddedIssuer,
} from '../../src/identity/embedded.js';
import { type MintRequest, mintToken } from '../../src/identity/mint.js';
import { createVerifier } from '../../src/identity/verify.js';
import { openStore, type Store } from '../../src/store/store.js';

/** A server over a store and keys of its own; the hunt is the test's. */
export interface Fixture {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly keyDirectory: string;
  /** What the server has logged, line by line. */
  readonly logged: string[];
  token(request?: Partial<MintRequest>): Promise<string>;
  post(
    path: string,
    body: string | Buffer | null,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, where it is JSON. */
  readonly json: Record<string, unknown> & {
    error: { code: string; message: string; target: string };
  };
}

export const hunterRoles = ['AdvancedQuery.Read.All', 'AdvancedHunting.Read.All'];

export async function openFixture(parts: Partial<ServerParts> = {}): Promise<Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 'quarry-api-'));
  const keyDirectory = join(directory, 'keys');
  const store = await openStore(join(directory, 'quarry.db'));
  const keys = await IssuerKeys.open(keyDirectory);
  const logged: string[] = [];
  const app = await createServer({
    hunt: async () => answer([]),
    huntTables: async (call) => {
      const first = (await parts.hunt?.(call)) ?? answer([]);
      return { answers: [first], stats: first.stats };
    },
    describe: async () => answer([]).columns,
    command: (_call, work) => work(),
    catalog: async () => builtinCatalog,
    verify: createVerifier({
      issuers: [trustEmbeddedIssuer(keys, store)],
      ownNames: new Set(),
      clockSkewSeconds: 60,
      dataAccess: (tenant, user) => dataAccess(store, tenant, user),
    }),
    ready: async () => true,
    tolerantBodies: true,
    issuer: { store, keys, ownNames: new Set(), cookieSecret: await issuerCookieSecret(store) },
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
    ...parts,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const token = (request: Partial<MintRequest> = {}) =>
    mintToken(store, keyDirectory, { app: 'test', roles: hunterRoles, ...request });
  return {
    url,
    app,
    store,
    keyDirectory,
    logged,
    token,
    async post(path, body, headers = {}) {
      return read(await fetch(url + path, { method: 'POST', body, headers }));
    },
    async close() {
      await app.close();
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  let json: unknown = {};
  try {
    json = JSON.parse(text);
  } catch {
    // Not every body is JSON; a test that needs it to be fails on what is missing.
  }
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: json as Answer['json'],
  };
}

/** An answer with one string column `FileName`. */
export function answer(rows: readonly string[], text?: Readable): HuntAnswer {
  return {
    columns: [
      { name: 'Timestamp', type: 'datetime' },
      { name: 'FileName', type: 'string' },
      { name: 'ReportId', type: 'long' },
      { name: 'IsSigned', type: 'bool' },
    ],
    rows: text ?? Readable.from([rows.join(',\n')], { objectMode: false }),
    stats: {
      elapsedSeconds: 0.0937517,
      userCpuSeconds: 0.015625,
      kernelCpuSeconds: 0,
      peakMemoryBytes: 68_022_512,
      memoryCache: { hits: 534, misses: 0 },
      diskCache: { hits: 3, misses: 1 },
      rowsRead: 1000,
      bytesRead: 100_000,
      resultRows: rows.length,
      resultBytes: 44_600,
    },
  };
}
