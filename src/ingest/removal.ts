import type { Engine } from '../engine/engine.js';
import { deleteStored, isTableGone } from '../engine/stored-rows.js';
import { keyOf, removeJournal, type TenantRows } from './journal.js';
import { arraysOf } from './rows.js';

/** A journal whose rows are in the engine, and take the place of rows that came before. */
export interface ReplacingJournal {
  readonly file: string;
  /** No rows, but those that they take the place of. */
  readonly replaced: readonly TenantRows[];
  /** Some of those may not be in the engine yet. */
  readonly isTooEarly: () => boolean;
}

export interface RemovalOptions {
  readonly engine: Pick<Engine, 'select' | 'command'>;
  readonly log: (line: object) => void;
  /** Called at the end of each run. */
  readonly onDrained?: () => void;
}

/** A removal looks through all of a day, so it takes a tenth of the engine's time at most. */
const intervalFactor = 10;
const shortestIntervalMs = 1_000;
const longestIntervalMs = 60_000;

/** Takes rows out of the engine whose place others have taken; then their journals go. */
export class Removal {
  readonly #options: RemovalOptions;
  readonly #journals: ReplacingJournal[] = [];
  #running: Promise<void> | undefined;
  #intervalMs = shortestIntervalMs;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;
  #closed = false;

  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  /** Of what the journals hold. */
  get backlogBytes(): number {
    return this.#journals
      .flatMap(({ replaced }) => replaced.flatMap(arraysOf))
      .reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  add(journal: ReplacingJournal): void {
    this.#journals.push(journal);
    this.#startWhenDue();
  }

  /** @throws what keeps rows in the engine */
  async flush(): Promise<void> {
    await this.#running;
    await this.#start();
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    try {
      await this.flush();
    } catch {
      // It has been told, and the next process sees to it.
    }
    clearTimeout(this.#timer);
  }

  #startWhenDue(): void {
    if (this.#timer || this.#closed || this.#journals.length === 0) {
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#start();
    }, this.#intervalMs);
    this.#timer.unref();
  }

  #start(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      this.#startWhenDue();
    });
    return this.#running;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const startedAt = performance.now();
    const journals = this.#journals.filter(({ isTooEarly }) => !isTooEarly());
    this.#failure = undefined;
    const left = await this.#deleteAll(journals);
    const done = journals.filter(({ replaced }) => !replaced.some((part) => left.has(keyOf(part))));
    try {
      for (const journal of done) {
        await removeJournal(journal.file);
        this.#journals.splice(this.#journals.indexOf(journal), 1);
      }
    } catch (error) {
      this.#failed(error);
    }
    this.#options.onDrained?.();
    const tookMs = performance.now() - startedAt;
    const retryMs = this.#failure === undefined ? 0 : this.#intervalMs * 2;
    this.#intervalMs = Math.min(
      Math.max(tookMs * intervalFactor, retryMs, shortestIntervalMs),
      longestIntervalMs,
    );
  }

  /** Those of the tables that could not be seen to. One tenant's trouble is not another's. */
  async #deleteAll(journals: readonly ReplacingJournal[]): Promise<ReadonlySet<string>> {
    const left = new Set<string>();
    for (const [table, parts] of byTable(journals)) {
      try {
        await this.#delete(parts);
      } catch (error) {
        left.add(table);
        this.#failed(error);
      }
    }
    return left;
  }

  #failed(error: unknown): void {
    this.#failure = error;
    this.#options.log({ event: 'ingest.removal', failed: String(error) });
  }

  async #delete([first, ...others]: readonly TenantRows[]): Promise<void> {
    const { engine } = this.#options;
    if (first === undefined || first.timeColumn === null || (await isTableGone(engine, first))) {
      return;
    }
    const { database, table, timeColumn } = first;
    const keys = [first, ...others].flatMap(({ replaced }) =>
      [...(replaced?.identities ?? [])].map(
        (identity, index) => [replaced?.ticks[index] ?? 0n, identity] as const,
      ),
    );
    await deleteStored(engine, { database, table, timeColumn }, keys);
  }
}

function byTable(journals: readonly ReplacingJournal[]): Map<string, TenantRows[]> {
  const tables = new Map<string, TenantRows[]>();
  for (const part of journals.flatMap(({ replaced }) => replaced)) {
    const ofTable = tables.get(keyOf(part)) ?? [];
    tables.set(keyOf(part), ofTable);
    ofTable.push(part);
  }
  return tables;
}
