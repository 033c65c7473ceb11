import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  Kysely,
  Migrator,
  PostgresDialect,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely';
import Database from 'libsql';
import { HuntError } from '../errors.js';
import { migrations } from './migrations.js';
import { NulPlugin } from './nul.js';
import type { StoreSchema } from './schema.js';

/** The metadata store: tenants, applications, counters, audit. */
export interface Store {
  readonly db: Kysely<StoreSchema>;
  readonly kind: 'sqlite' | 'postgres';
  /** @throws Error why nothing can be written, where a statement has failed for want of room or of leave to write */
  assertWritable(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the store and brings it to the newest migration.
 * @param location the path of a SQLite file, which is created where absent, or a `postgres://` URL
 * @param onNew called where nothing is in it, before anything is; what it throws says why it stays so
 * @throws HuntError `configuration.invalid` where it cannot be used, without the address's password
 */
export async function openStore(
  location: string,
  onNew: () => Promise<void> = async () => undefined,
): Promise<Store> {
  const kind = /^postgres(ql)?:\/\//.test(location) ? 'postgres' : 'sqlite';
  let db: Kysely<StoreSchema> | undefined;
  try {
    const writing = new Writing();
    db = new Kysely<StoreSchema>({
      dialect: kind === 'postgres' ? await postgres(location) : sqlite(location),
      plugins: [new NulPlugin()],
      log: (event) => {
        if (event.level === 'error') writing.failed(event.error);
      },
    });
    await migrate(db, onNew);
    const opened = db;
    return {
      db: opened,
      kind,
      assertWritable: () => writing.assertPossible(opened),
      close: () => opened.destroy(),
    };
  } catch (cause) {
    await db?.destroy();
    const what = kind === 'postgres' ? withoutPassword(location) : location;
    const why = reasonOf(cause instanceof HuntError ? cause.cause : cause);
    const message = `the metadata store ${what} cannot be used: ${why}`;
    throw new HuntError('configuration.invalid', { message }, { cause });
  }
}

/** More than one page of a table has room for, and so random that it does not become less. */
const probeBytes = 64 * 1024;

/** Whether the store can be written, which is tried only once a statement has failed: it costs the database pages. */
class Writing {
  #isInDoubt = false;

  failed(error: unknown): void {
    const { code = '', cause } = error as { code?: string; cause?: { code?: string } };
    if (cannotWrite.test(code) || cannotWrite.test(cause?.code ?? '')) this.#isInDoubt = true;
  }

  async assertPossible(db: Kysely<StoreSchema>): Promise<void> {
    if (!this.#isInDoubt) return;
    const value = randomBytes(probeBytes).toString('base64');
    const taken = await db.startTransaction().execute();
    try {
      await taken.insertInto('settings').values({ key: randomUUID(), value }).execute();
    } finally {
      await taken.rollback().execute();
    }
    this.#isInDoubt = false;
  }
}

/** Of PostgreSQL: no room, a failing disk, and a standby that only reads. Of SQLite's the disk itself tells. */
const cannotWrite = /^(53100|58030|25006)$/;

function sqlite(file: string): SqliteDialect {
  // Made here, so that it is never readable by others, not even while it is empty.
  closeSync(openSync(file, 'a', 0o600));
  const database = new Database(file, {});
  database.exec(
    'pragma busy_timeout=5000; pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on',
  );
  return new LockingSqliteDialect({ database });
}

/** SQLite's, for several processes on one file: whoever begins a transaction waits for the others. */
class LockingSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createAdapter(): DialectAdapter {
    return new LockingSqliteAdapter();
  }

  override createDriver(): Driver {
    return new LockingSqliteDriver(this.#config);
  }
}

class LockingSqliteDriver extends SqliteDriver {
  // A lock that is only wanted at the first write is refused at once, not waited for, where another
  // process has written since the transaction began.
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  // Of a full disk SQLite has taken the transaction back by itself; what is thrown is why.
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!/no transaction is active/.test(String(error))) throw error;
    }
  }
}

class LockingSqliteAdapter extends SqliteAdapter {
  // SQLite's tables change within transactions like its rows: a migration happens whole or not at all.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** The PostgreSQL client is loaded only where it is used. */
async function postgres(url: string): Promise<PostgresDialect> {
  const { postgresPool } = await import('./postgres-pool.js');
  return new PostgresDialect({ pool: postgresPool(url) });
}

async function migrate(db: Kysely<StoreSchema>, onNew: () => Promise<void>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  });
  const known = await migrator.getMigrations();
  if (known.every(({ executedAt }) => executedAt === undefined)) await onNew();
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

/** An address as it may be shown. */
function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return 'in PostgreSQL';
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (/^corrupted migrations/.test(message)) {
    return `another version of Quarry has brought it up to date (${message})`;
  }
  // A name that has several addresses, none of which answers, has no message of its own.
  return message || code || 'unknown failure';
}

/** Whether a failure is a name or id that exists already, in either database. */
export function isDuplicate(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return (
    code === '23505' ||
    code === 'SQLITE_CONSTRAINT_UNIQUE' ||
    code === 'SQLITE_CONSTRAINT_PRIMARYKEY'
  );
}
