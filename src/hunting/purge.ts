import { randomUUID } from 'node:crypto';
import { tenantDatabase } from '../catalog/names.js';
import {
  countDeviceRows,
  type DeviceNames,
  deleteDeviceRows,
  findDevice,
} from '../engine/device-rows.js';
import type { Engine } from '../engine/engine.js';
import { HuntError } from '../errors.js';
import {
  changePurge,
  insertPurge,
  listPurges,
  type Purge,
  unfinishedPurges,
} from '../store/purges.js';
import type { Store } from '../store/store.js';
import type { AuditLog } from './audit.js';
import type { TenantContexts } from './tenants.js';

interface PurgeParts {
  readonly store: Store;
  /** Tells the servers apart that share the store: each deletes from its own telemetry. Undefined: there is one. */
  readonly server: string | undefined;
  readonly engine: Engine;
  readonly tenants: TenantContexts;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Resolves when all that senders were told is taken is in the engine. */
  readonly flush: () => Promise<void>;
  /** Forgets what ingest remembers of devices of these names. */
  readonly forgetDevices: (tenant: string, names: readonly string[]) => Promise<void>;
  /** Files that no purge looks into; see `Ingest.setAside`. */
  readonly setAside: () => Promise<readonly string[]>;
  readonly log: (line: object) => void;
}

/** What there is of a device, or was. */
export interface PurgeReport {
  readonly id: string | null;
  readonly device: string;
  readonly deviceIds: readonly string[];
  readonly deviceNames: readonly string[];
  /** Rows by table. */
  readonly tables: Readonly<Record<string, number>>;
  readonly rows: number;
  /** Files that may hold the device's events, and that a person has to look into: damaged journals. */
  readonly setAside: readonly string[];
  /** `planned`: nothing has been deleted. */
  readonly state: 'planned' | 'done';
}

const longestDevice = 256;
const mostListed = 100;
const retryMs = 30_000;

/**
 * Deletes all data of a device. A deletion is written down before it begins, and one that was broken
 * off is taken up again when the server starts.
 */
export class Purges {
  readonly #parts: PurgeParts;
  #working: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: PurgeParts) {
    this.#parts = parts;
  }

  list(tenant: string): Promise<Purge[]> {
    return listPurges(this.#parts.store, tenant, mostListed);
  }

  /** What a purge would delete. */
  async plan(tenant: string, device: string): Promise<PurgeReport> {
    assertDevice(device);
    const { engine, tenants, flush } = this.#parts;
    await flush();
    const { catalog } = await tenants.of(tenant);
    const database = tenantDatabase(tenant);
    const names = await findDevice(engine, database, catalog, device);
    const counts = await countDeviceRows(engine, database, catalog, names);
    return this.#report(null, device, names, counts, 'planned');
  }

  /** Resolves when the data are gone. @throws HuntError `engine.unavailable`: it is tried again */
  async run(tenant: string, device: string): Promise<PurgeReport> {
    assertDevice(device);
    const id = randomUUID();
    const { store, server } = this.#parts;
    await insertPurge(store, { id, tenant, device, requestedAt: Date.now(), server });
    try {
      return await this.#inTurn(() =>
        this.#perform({ id, tenant, device, names: { ids: [], names: [] }, counts: {} }),
      );
    } catch (error) {
      this.#resumeLater();
      throw error;
    }
  }

  /** Takes up what an earlier process began. Never rejects. */
  async resume(): Promise<void> {
    await this.#inTurn(async () => {
      const { store, server } = this.#parts;
      for (const purge of await unfinishedPurges(store, server)) {
        if (this.#closed) return;
        await this.#again(purge);
      }
    }).catch((error: unknown) => {
      this.#parts.log({ event: 'purge.waiting', error: String(error) });
      this.#resumeLater();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  #resumeLater(): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => void this.resume(), retryMs).unref();
  }

  async #again(purge: Purge): Promise<void> {
    const { tenant, device } = purge;
    const done = await this.#perform(purge);
    await this.#parts.audit.record({
      tenant,
      kind: 'Administration',
      action: 'PurgeDevice',
      actor: null,
      outcome: 'Succeeded',
      status: 200,
      details: { device, resumed: true, tables: done.tables },
    });
  }

  async #perform(
    purge: Pick<Purge, 'id' | 'tenant' | 'device' | 'names' | 'counts'>,
  ): Promise<PurgeReport> {
    const { store, engine, tenants, flush, forgetDevices } = this.#parts;
    const { id, tenant, device } = purge;
    // What is on its way to the engine is the device's, too.
    await flush();
    const { catalog } = await tenants.of(tenant);
    const database = tenantDatabase(tenant);
    // What a process before this one has found and deleted is part of the answer.
    const names = together(purge.names, await findDevice(engine, database, catalog, device));
    const left = await countDeviceRows(engine, database, catalog, names);
    const counts = larger(purge.counts, left);
    await changePurge(store, id, { names, counts });
    await deleteDeviceRows(engine, database, catalog, names, Object.keys(left));
    await forgetDevices(tenant, names.names);
    await changePurge(store, id, { finishedAt: Date.now() });
    return this.#report(id, device, names, counts, 'done');
  }

  async #report(
    id: string | null,
    device: string,
    { ids, names }: DeviceNames,
    tables: Record<string, number>,
    state: PurgeReport['state'],
  ): Promise<PurgeReport> {
    const rows = Object.values(tables).reduce((sum, count) => sum + count, 0);
    const setAside = await this.#parts.setAside();
    return { id, device, deviceIds: ids, deviceNames: names, tables, rows, setAside, state };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#working.then(work);
    this.#working = result.catch(() => undefined);
    return result;
  }
}

function assertDevice(device: string): void {
  if (device.trim() === '' || device.length > longestDevice) {
    throw new HuntError('request.parameter', {
      message: `The device is a name or an id, of ${longestDevice} characters at most.`,
    });
  }
}

function together(one: DeviceNames, other: DeviceNames): DeviceNames {
  return {
    ids: [...new Set([...one.ids, ...other.ids])],
    names: [...new Set([...one.names, ...other.names])],
  };
}

function larger(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...names].sort().map((name) => [name, Math.max(one[name] ?? 0, other[name] ?? 0)]),
  );
}
