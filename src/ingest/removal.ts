import type { Engine } from '../engine/engine.js';
import { deleteStored, isTableGone } from '../engine/stored-rows.js';
import { removeJournal, type TenantRows } from './journal.js';

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
    try {
      for (const parts of byTable(journals).values()) {
        await this.#delete(parts);
      }
      for (const journal of journals) {
        await removeJournal(journal.file);
        this.#journals.splice(this.#journals.indexOf(journal), 1);
      }
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      this.#options.log({ event: 'ingest.removal', failed: String(error) });
    }
    const tookMs = performance.now() - startedAt;
    this.#intervalMs = Math.min(
      Math.max(tookMs * intervalFactor, shortestIntervalMs),
      longestIntervalMs,
    );
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
    const name = `${part.database}.${part.table}`;
    tables.set(name, [...(tables.get(name) ?? []), part]);
  }
  return tables;
}
