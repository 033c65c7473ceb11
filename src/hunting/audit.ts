import { hash, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExpressionBuilder } from 'kysely';
import { tenantDatabase } from '../catalog/names.js';
import type { Engine } from '../engine/engine.js';
import type { Principal } from '../identity/principal.js';
import { toJson } from '../store/json.js';
import type { StoreSchema } from '../store/schema.js';
import type { Store } from '../store/store.js';
import { findTenant } from '../store/tenants.js';
import { AuditServer } from './audit-servers.js';

/** Something that was done, or that somebody tried to do. */
export interface AuditEvent {
  readonly tenant: string;
  readonly kind: 'Hunt' | 'Administration' | 'RefusedToken';
  readonly action: string;
  /** Nobody where a token was refused. */
  readonly actor: Pick<Principal, 'id' | 'name' | 'kind'> | 'CommandLine' | null;
  readonly address?: string | undefined;
  /** `Succeeded`, or the code of the failure. */
  readonly outcome: string;
  readonly status: number;
  readonly generation?: string;
  readonly queryText?: string;
  readonly scope?: object;
  readonly rowCount?: number;
  readonly cpuSeconds?: number;
  readonly durationSeconds?: number;
  readonly details?: object;
}

const rowsAtOnce = 5000;
const shipEveryMs = 2000;
const beatEveryMs = 10_000;
/** Refusals of one address for one reason are counted together for so long. */
const refusalWindowMs = 60_000;
const maxRefusalKeys = 1000;

/**
 * The record of who did what: written to the store before the act is answered, and brought from there
 * to the engine's table, where it can be hunted in. There is no way to change or remove a record.
 */
export class AuditLog {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #folder: string;
  readonly #log: (line: object) => void;
  readonly #server: AuditServer;
  readonly #refusals = new Map<string, { count: number; event: AuditEvent }>();
  readonly #timers: NodeJS.Timeout[];
  #shipping: Promise<void> = Promise.resolve();

  /** @param folder the engine's spool, of this server alone */
  constructor(store: Store, engine: Engine, folder: string, log: (line: object) => void) {
    this.#store = store;
    this.#engine = engine;
    this.#folder = folder;
    this.#log = log;
    this.#server = new AuditServer(store, folder);
    this.#timers = [
      setInterval(() => void this.ship(), shipEveryMs).unref(),
      setInterval(() => void this.beat(), beatEveryMs).unref(),
      setInterval(() => void this.#recordRefusals(), refusalWindowMs).unref(),
    ];
  }

  /** @param store where others write to it in the same transaction: that one */
  async record(event: AuditEvent, store = this.#store): Promise<void> {
    await recordAudit(store, event, this.#server.id);
  }

  /**
   * Records a token that was refused. The first of an address and reason is recorded at once, those
   * that follow within a minute together with their number: a flood of them fills no disk.
   */
  async recordRefusal(event: AuditEvent): Promise<void> {
    const key = `${event.address} ${event.outcome} ${event.tenant}`;
    const known = this.#refusals.get(key);
    if (known) {
      known.count += 1;
    } else if (this.#refusals.size < maxRefusalKeys) {
      this.#refusals.set(key, { count: 0, event });
      await this.record(event);
    } else {
      const { address: _address, ...rest } = event;
      const others = this.#refusals.get('') ?? { count: 0, event: rest };
      this.#refusals.set('', { ...others, count: others.count + 1 });
    }
  }

  /** Brings what is recorded to the engine; one at a time. */
  ship(): Promise<void> {
    this.#shipping = this.#shipping.then(() => this.#shipAll()).catch(this.#waiting);
    return this.#shipping;
  }

  /** Tells the servers on the same store that this one lives, also while the engine keeps it waiting. */
  beat(): Promise<void> {
    return this.#server.beat().catch(this.#waiting);
  }

  readonly #waiting = (error: unknown) =>
    this.#log({ event: 'audit.waiting', error: String(error) });

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#recordRefusals();
    await this.ship();
  }

  async #recordRefusals(): Promise<void> {
    const counted = [...this.#refusals.values()].filter(({ count }) => count > 0);
    this.#refusals.clear();
    for (const { count, event } of counted) {
      await this.record({ ...event, details: { ...event.details, repeated: count } });
    }
  }

  async #shipAll(): Promise<void> {
    const { db } = this.#store;
    if (!this.#server.isKnown) await this.#server.beat();
    // Batches of a process that ended in the middle come first, under their own names: the engine
    // knows what it has had.
    for (;;) {
      const left = await db
        .selectFrom('audit_records')
        .select('batch')
        .where('server', '=', this.#server.id)
        .where('batch', 'is not', null)
        .limit(1)
        .executeTakeFirst();
      if (left?.batch) {
        await this.#shipBatch(left.batch, true);
        continue;
      }
      const { batch, size } = await this.#claim();
      if (size > 0) await this.#shipBatch(batch, false);
      // What has come meanwhile waits for its turn: under steady hunts there would always be some.
      if (size < rowsAtOnce) return;
    }
  }

  async #claim(): Promise<{ batch: string; size: number }> {
    const { db } = this.#store;
    const batch = randomUUID();
    const server = this.#server.id;
    const isOurs = (each: ExpressionBuilder<StoreSchema, 'audit_records'>) =>
      each.and([
        each('batch', 'is', null),
        each.or([each('server', '=', server), each('server', 'is', null)]),
      ]);
    const { numUpdatedRows } = await db
      .updateTable('audit_records')
      .set({ batch, server })
      .where('id', 'in', (eb) =>
        eb.selectFrom('audit_records').select('id').where(isOurs).orderBy('at').limit(rowsAtOnce),
      )
      .where(isOurs)
      .executeTakeFirst();
    return { batch, size: Number(numUpdatedRows) };
  }

  /** @param begun by a process that may have ended in the middle */
  async #shipBatch(batch: string, begun: boolean): Promise<void> {
    const { db } = this.#store;
    const rows = await db
      .selectFrom('audit_records')
      .select(['id', 'tenant_id', 'record'])
      .where('batch', '=', batch)
      .orderBy('at')
      .orderBy('id')
      .execute();
    for (const tenant of new Set(rows.map((row) => row.tenant_id))) {
      // A tenant that has gone has taken its table along.
      if ((await findTenant(this.#store, tenant))?.id !== tenant) continue;
      const token = `audit-${batch}-${tenant}`;
      const file = join(this.#folder, `${token}.ndjson`);
      const records = rows.filter((row) => row.tenant_id === tenant);
      await writeFile(file, records.map(lineOf).join(''), { mode: 0o600 });
      try {
        const database = tenantDatabase(tenant);
        const segment = { database, table: 'QuarryAuditLogs', file, token, begun };
        await this.#engine.insertSegment(segment);
      } finally {
        await rm(file, { force: true });
      }
    }
    // Where another has taken it over meanwhile, it is the other's to remove.
    await db
      .deleteFrom('audit_records')
      .where('batch', '=', batch)
      .where('server', '=', this.#server.id)
      .execute();
  }
}

/** A record as a row, told from the others by its id. */
function lineOf({ id, record }: { readonly id: string; readonly record: string }): string {
  const identity = BigInt(`0x${hash('sha256', id, 'hex').slice(0, 16)}`);
  return `{"_seq":"${identity}",${record.slice(1)}\n`;
}

/**
 * Writes one record to the store, from where it is brought to the engine.
 * @param server by which; by default any that runs on the store
 */
export async function recordAudit(
  store: Store,
  event: AuditEvent,
  server: string | null = null,
): Promise<void> {
  const at = Date.now();
  const id = randomUUID();
  const { actor } = event;
  const record = {
    Timestamp: new Date(at).toISOString(),
    RecordId: id,
    Kind: event.kind,
    Action: event.action,
    ActorId: actor && actor !== 'CommandLine' ? actor.id : '',
    ActorName: actor && actor !== 'CommandLine' ? actor.name : '',
    ActorType: actorTypeOf(actor),
    Address: event.address ?? '',
    Generation: event.generation ?? '',
    QueryText: (event.queryText ?? '').toWellFormed(),
    Scope: event.scope ? JSON.stringify(event.scope) : '',
    Outcome: event.outcome,
    Status: event.status,
    RowCount: event.rowCount ?? null,
    CpuSeconds: event.cpuSeconds ?? null,
    DurationSeconds: event.durationSeconds ?? null,
    Details: event.details ? JSON.stringify(event.details) : '',
  };
  await store.db
    .insertInto('audit_records')
    .values({ id, tenant_id: event.tenant, at, record: toJson(record), batch: null, server })
    .execute();
}

function actorTypeOf(actor: AuditEvent['actor']): string {
  if (actor === null) return '';
  if (actor === 'CommandLine') return 'CommandLine';
  return actor.kind === 'user' ? 'User' : 'Application';
}
