import type { ConversionContext } from '../connector.js';
import { wellKnownSid } from '../windows/values.js';
import { DeviceRegistry } from './devices.js';
import { Generations } from './generations.js';
import { LesserRows } from './lesser-rows.js';
import { ProcessCache } from './processes.js';
import type { CorrelationStore } from './store.js';
import { boundedKey, type Occurrence, Sightings } from './twins.js';

const mostAccounts = 200_000;
const mostUnsaved = 50_000;
/** Characters of an account's name, or its SID; a longer one is no account's. */
const longestName = 512;

/** In memory, within limits. */
interface Known {
  readonly devices: DeviceRegistry;
  readonly processes: ProcessCache;
  readonly accounts: Accounts;
  /** Events that win over their twins of another log, by device, kind and key. */
  readonly primaries: Sightings<true>;
  /** Rows of events whose better twin has not come yet. */
  readonly lesserRows: LesserRows;
  /** What the twins know besides. */
  readonly secondaries: Sightings<Readonly<Record<string, string>>>;
}

/**
 * What is known of a tenant's devices: their processes, accounts and clocks. Kept in memory within
 * limits and, where there is a store, on disk.
 */
export class Correlation {
  /** For what does not fit into memory; undefined: that of the system. */
  readonly folder: string | undefined;
  #known: Known;
  #newPrimaries: Occurrence[] = [];
  /** Devices, processes, … with something to be saved. */
  #unsaved = 0;
  /** Moves on when much has been learnt: what has been made of it before is made anew. */
  epoch = 0;
  readonly #store: CorrelationStore | undefined;

  constructor(store?: CorrelationStore, folder?: string) {
    this.folder = folder;
    this.#store = store;
    this.#known = this.#load();
  }

  get devices(): DeviceRegistry {
    return this.#known.devices;
  }

  get processes(): ProcessCache {
    return this.#known.processes;
  }

  get accounts(): Accounts {
    return this.#known.accounts;
  }

  get lesserRows(): LesserRows {
    return this.#known.lesserRows;
  }

  get secondaries(): Known['secondaries'] {
    return this.#known.secondaries;
  }

  #load(): Known {
    const store = this.#store;
    const onLearnt = () => this.#learnt();
    const primaries: Known['primaries'] = new Sightings(1_000);
    for (const primary of store?.primaries() ?? []) {
      primaries.add(primary, true);
    }
    return {
      devices: new DeviceRegistry(
        (name) => store?.device(name),
        store?.deviceNames() ?? [],
        onLearnt,
      ),
      processes: new ProcessCache(store, onLearnt),
      accounts: new Accounts((user) => store?.sid(user), onLearnt),
      primaries,
      lesserRows: new LesserRows(store?.lesserRows() ?? [], onLearnt),
      secondaries: new Sightings(1, (lent) =>
        Object.values(lent).reduce((sum, { length }) => sum + length, 0),
      ),
    };
  }

  /**
   * An event has a row of its own, and its twins of another log none, also when they come again after a
   * restart.
   */
  notePrimary(primary: Occurrence): void {
    if (this.#known.primaries.add(primary, true) && this.#store) {
      this.#newPrimaries.push({ ...primary, key: boundedKey(primary.key) });
      this.#learnt();
    }
  }

  isToldByPrimary(secondary: Occurrence, toleranceMs: number): boolean {
    return this.#known.primaries.near(secondary, toleranceMs) !== undefined;
  }

  /** Forgets devices, for all streams at once; what else has been learnt is on disk before. */
  forget(devices: readonly string[]): void {
    this.save();
    this.#store?.forget(devices);
    this.#known = this.#load();
    this.epoch++;
  }

  /** Nothing more is learnt or looked up. */
  close(): void {
    this.#store?.close();
  }

  /** A stream may have any number of events before a row of it is taken: what they say does not wait in memory. */
  #learnt(): void {
    this.#unsaved++;
    if (this.#unsaved > mostUnsaved) {
      this.save();
    }
  }

  /** Puts what has been learnt on disk; where it throws, it is put there the next time. */
  save(): void {
    this.#store?.save({
      processes: this.processes.unsaved,
      devices: this.devices.unsaved,
      sids: this.accounts.unsaved,
      primaries: this.#newPrimaries,
      lesserRows: this.lesserRows.unsaved,
    });
    this.#unsaved = 0;
    this.#newPrimaries = [];
    for (const saved of [this.processes, this.devices, this.accounts, this.lesserRows]) {
      saved.saved();
    }
  }
}

/** Accounts and their SIDs. */
export class Accounts {
  readonly #load: (user: string) => string | undefined;
  readonly #onLearnt: () => void;
  readonly #sids = new Generations<string>(mostAccounts);
  #new = new Map<string, string>();

  /** @param onLearnt called before another account has something to be saved */
  constructor(load: (user: string) => string | undefined, onLearnt: () => void = () => undefined) {
    this.#load = load;
    this.#onLearnt = onLearnt;
  }

  /** @param user `domain\name` */
  learn(user: string, sid: string): void {
    const key = user.toLowerCase();
    if (key.length > longestName || sid.length > longestName) {
      return;
    }
    if (this.#sids.get(key) !== sid) {
      this.#onLearnt();
      this.#sids.set(key, sid);
      this.#new.set(key, sid);
    }
  }

  sidOf(user: string): string | undefined {
    const key = user.toLowerCase();
    if (key.length > longestName) {
      return undefined;
    }
    const known = wellKnownSid(key) ?? this.#sids.get(key) ?? this.#load(key);
    this.#sids.set(key, known ?? '');
    return known === '' ? undefined : known;
  }

  /** What has been learnt since `saved`. */
  get unsaved(): ReadonlyMap<string, string> {
    return this.#new;
  }

  saved(): void {
    this.#new = new Map();
  }
}

/** For a stream of its own: nothing is known before it, and nothing is kept of it. */
export function isolatedContext(): ConversionContext {
  return { correlation: new Correlation(), extensions: false };
}
