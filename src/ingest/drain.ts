import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../engine/engine.js';
import { isTableGone } from '../engine/stored-rows.js';
import { HuntError } from '../errors.js';
import type { IdentitySet } from './identity-set.js';
import {
  keyOf,
  readJournal,
  removeJournal,
  replaceJournal,
  setAsideJournal,
  type TenantRows,
} from './journal.js';
import { Removal } from './removal.js';
import type { Replaced } from './replaced.js';

/** A journal that takes no more batches. */
export interface SealedJournal {
  readonly file: string;
  readonly sizeBytes: number;
  /** Identities of its rows by table of tenant. */
  readonly keys: ReadonlyMap<string, IdentitySet>;
  readonly replaced: Replaced;
  /** Its rows, as long as they are worth their memory; they are in the file in any case. */
  rows: readonly TenantRows[] | undefined;
}

/** A row that the engine does not take, however often it is offered. */
export interface RefusedRow {
  readonly database: string;
  readonly table: string;
  readonly line: string;
}

export interface DrainOptions {
  readonly folder: string;
  readonly engine: Pick<Engine, 'select' | 'command' | 'insertSegment'>;
  readonly log: (line: object) => void;
  /** Called at the end of each run. */
  readonly onDrained?: () => void;
  /** Ends the journal that takes batches now, and adds it. */
  readonly seal: () => Promise<void>;
  /** Resolves when the row's dead letter is on disk. */
  readonly refuse: (row: RefusedRow) => Promise<void>;
}

interface Job extends SealedJournal {
  /** Part of the deduplication tokens; new with every process, which replays what it finds. */
  readonly token: string;
  segments: Segment[] | undefined;
  /** Some of its rows could not be read again. */
  isDamaged: boolean;
  /** After a failure: not before this time, by `performance.now()`. */
  retryAt: number;
  retryMs: number;
  failure: unknown;
}

interface Segment {
  readonly database: string;
  readonly table: string;
  readonly file: string;
  readonly token: string;
  begun: boolean;
  inserted: boolean;
}

/** Small inserts cost ten times as much a row, so rows wait for others for so long at least. */
const shortestIntervalMs = 1_000;
const longestIntervalMs = 5_000;
/** And so long that a trickle into many tables takes a tenth of the engine's time at most. */
const intervalFactor = 10;
/** With so many rows nothing is gained by waiting. */
const enoughRows = 200_000;
const enoughBytes = 64 * 1024 * 1024;
const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** More rows of one segment that are refused alone are not the rows' fault. */
const mostRefused = 100;

/** Brings journals into the engine, one after the other, and deletes them. */
export class Drain {
  readonly #options: DrainOptions;
  readonly #jobs: Job[] = [];
  readonly #removal: Removal;
  #running: Promise<void> | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #intervalMs = shortestIntervalMs;
  /** In the journal that takes batches now. */
  #waiting: { readonly rows: number; readonly bytes: number } | undefined;
  /** A run takes what is sealed now with it. */
  #sealing = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  #closed = false;

  constructor(options: DrainOptions) {
    this.#options = options;
    this.#removal = new Removal(options);
  }

  get backlogBytes(): number {
    const waiting = this.#jobs.reduce((sum, job) => sum + job.sizeBytes, 0);
    return waiting + this.#removal.backlogBytes;
  }

  /** Why a journal could not be brought in; undefined when none has failed. */
  get failure(): unknown {
    return this.#jobs.find((job) => job.failure !== undefined)?.failure;
  }

  /** Identities of the rows of a table that are not in the engine yet. */
  keys(table: string): IdentitySet[] {
    return this.#jobs.flatMap((job) => job.keys.get(table) ?? []);
  }

  /** The same of every table. */
  allKeys(): [table: string, keys: IdentitySet][] {
    return this.#jobs.flatMap((job) => [...job.keys]);
  }

  add(journal: SealedJournal): void {
    this.#jobs.push({
      ...journal,
      // Where journals queue up, theirs would add up.
      rows: this.#jobs.length > 0 ? undefined : journal.rows,
      token: randomUUID(),
      segments: undefined,
      isDamaged: false,
      retryAt: 0,
      retryMs: firstRetryMs,
      failure: undefined,
    });
    if (!this.#sealing) {
      this.#startIn(0);
    }
  }

  /** To be told how much the journal holds that takes batches now. */
  appended(rows: number, bytes: number): void {
    this.#waiting = { rows, bytes };
    if (this.#running === undefined) {
      this.#startWhenDue();
    }
  }

  /** @throws what keeps rows out of the engine */
  async flush(): Promise<void> {
    // What fails in it is tried once more.
    await this.#running;
    for (const job of this.#jobs) {
      job.retryAt = 0;
    }
    await this.#startAfterThis();
    const { failure } = this;
    if (failure !== undefined) {
      throw failure;
    }
    await this.#removal.flush();
  }

  async close(): Promise<void> {
    this.#closed = true;
    try {
      await this.flush();
    } catch (error) {
      this.#options.log({ event: 'ingest.left', bytes: this.backlogBytes, reason: String(error) });
    }
    clearTimeout(this.#timer);
    await this.#removal.close();
  }

  #startIn(ms: number): void {
    const at = performance.now() + ms;
    if (this.#closed || (this.#timer && this.#timerAt <= at)) {
      return;
    }
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#startAfterThis();
    }, ms);
    this.#timer.unref();
  }

  /** What has come together is brought in when there is enough of it, or when its time has come. */
  #startWhenDue(): void {
    if (this.#waiting) {
      const { rows, bytes } = this.#waiting;
      const due = this.#startedAt + this.#intervalMs - performance.now();
      this.#startIn(rows >= enoughRows || bytes >= enoughBytes ? 0 : Math.max(0, due));
    }
  }

  #start(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      this.#startWhenDue();
    });
    return this.#running;
  }

  /** A run that is under way may have passed what came last. */
  async #startAfterThis(): Promise<void> {
    await this.#running;
    await this.#start();
  }

  /** Never rejects: a job keeps its own failure, and holds up no other. */
  async #run(): Promise<void> {
    this.#startedAt = performance.now();
    this.#waiting = undefined;
    this.#sealing = true;
    await this.#options.seal();
    this.#sealing = false;
    for (const job of this.#jobs.filter(({ retryAt }) => retryAt <= this.#startedAt)) {
      try {
        await this.#bring(job);
        this.#jobs.splice(this.#jobs.indexOf(job), 1);
      } catch (error) {
        job.failure = error;
        job.retryAt = performance.now() + job.retryMs;
        this.#options.log({
          event: 'ingest.drain',
          failed: String(error),
          retryMs: Math.round(job.retryMs),
        });
        this.#startIn(job.retryMs);
        job.retryMs = Math.min(job.retryMs * 2, longestRetryMs);
      }
    }
    this.#options.onDrained?.();
    const tookMs = performance.now() - this.#startedAt;
    this.#intervalMs = Math.min(
      Math.max(tookMs * intervalFactor, shortestIntervalMs),
      longestIntervalMs,
    );
  }

  async #bring(job: Job): Promise<void> {
    job.segments ??= await this.#cutSegments(job);
    const results = await Promise.allSettled(
      job.segments.filter(({ inserted }) => !inserted).map((segment) => this.#insert(segment)),
    );
    for (const result of results) {
      if (result.status === 'rejected') {
        throw result.reason;
      }
    }
    // First: they may be what a full disk needs, and after it nothing of the journal is repeated.
    await removeFiles(job.segments);
    await this.#finish(job);
  }

  /** Its rows are in the engine. Now those can go whose place they take. */
  async #finish(job: Job): Promise<void> {
    if (job.isDamaged) {
      const file = await setAsideJournal(job.file);
      this.#options.log({ event: 'ingest.journal.damaged', file });
      job.isDamaged = false;
    }
    const replaced = job.replaced.earlier;
    if (replaced.length === 0) {
      await removeJournal(job.file);
      return;
    }
    await replaceJournal(job.file, replaced);
    const tables = replaced.map(keyOf);
    const before = this.#jobs
      .slice(0, this.#jobs.indexOf(job))
      .filter(({ keys }) => tables.some((table) => keys.has(table)));
    const tokens = new Set(before.map(({ token }) => token));
    const isTooEarly = () => this.#jobs.some(({ token }) => tokens.has(token));
    this.#removal.add({ file: job.file, replaced, isTooEarly });
  }

  /** The journal's rows, table by table, in files as the engine reads them. */
  async #cutSegments(job: Job): Promise<Segment[]> {
    const segments = new Map<string, { segment: Segment; handle: FileHandle }>();
    try {
      for await (const part of job.rows ?? rowsOf(job)) {
        const { database, table, lines } = job.replaced.without(part);
        if (lines.length === 0) {
          continue;
        }
        const key = `${database}.${table}`;
        let target = segments.get(key);
        if (target === undefined) {
          const segment = this.#segment(database, table, `${job.token}-${segments.size}`);
          target = { segment, handle: await open(segment.file, 'w', 0o600) };
          segments.set(key, target);
        }
        await target.handle.writeFile(lines);
      }
      job.rows = undefined;
    } catch (error) {
      await removeFiles([...segments.values()].map(({ segment }) => segment));
      throw error;
    } finally {
      for (const { handle } of segments.values()) {
        await handle.close();
      }
    }
    return [...segments.values()].map(({ segment }) => segment);
  }

  #segment(database: string, table: string, token: string): Segment {
    const file = path.join(this.#options.folder, `${token}.ndjson`);
    return { database, table, file, token, begun: false, inserted: false };
  }

  async #insert(segment: Segment): Promise<void> {
    const { database, table, file, token, begun } = segment;
    segment.begun = true;
    try {
      await this.#options.engine.insertSegment({ database, table, file, token, begun });
    } catch (error) {
      if (await this.#isGone(segment)) {
        // Somebody has removed the table, and its rows with it.
        this.#options.log({
          event: 'ingest.tableGone',
          table: `${segment.database}.${segment.table}`,
        });
      } else if (isRefusal(error)) {
        await this.#insertAround(segment, error);
      } else {
        throw error;
      }
    }
    segment.inserted = true;
  }

  async #isGone(segment: Pick<Segment, 'database' | 'table'>): Promise<boolean> {
    return isTableGone(this.#options.engine, segment).catch(() => false);
  }

  /** Inserts all but the rows that make the segment fail; those become dead letters. */
  async #insertAround(segment: Segment, cause: unknown): Promise<void> {
    const lines = (await readFile(segment.file, 'utf8')).split('\n').filter((line) => line !== '');
    const refused = await this.#halve(segment, lines, cause);
    for (const line of refused) {
      await this.#options.refuse({ database: segment.database, table: segment.table, line });
    }
  }

  /** The rows that fail alone. */
  async #halve(segment: Segment, lines: readonly string[], cause: unknown): Promise<string[]> {
    if (lines.length === 1) {
      return [...lines];
    }
    const middle = Math.ceil(lines.length / 2);
    const refused: string[] = [];
    for (const [index, half] of [lines.slice(0, middle), lines.slice(middle)].entries()) {
      const part = this.#segment(segment.database, segment.table, `${segment.token}-${index}`);
      await writeFile(part.file, `${half.join('\n')}\n`, { mode: 0o600 });
      try {
        // Of a segment of several blocks those before the one that failed are stored.
        await this.#options.engine.insertSegment({ ...part, begun: true });
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        refused.push(...(await this.#halve(part, half, error)));
        if (refused.length > mostRefused) {
          throw cause;
        }
      } finally {
        await rm(part.file, { force: true });
      }
    }
    return refused;
  }
}

async function* rowsOf(job: Job): AsyncGenerator<TenantRows> {
  const { entries, ending } = readJournal(job.file, job.sizeBytes);
  for await (const parts of entries) {
    yield* parts;
  }
  job.isDamaged = ending() !== 'whole';
}

/** The rows are at fault; anything else can be different next time. */
function isRefusal(error: unknown): boolean {
  return error instanceof HuntError && error.code === 'engine.failed';
}

async function removeFiles(segments: readonly Segment[]): Promise<void> {
  for (const { file } of segments) {
    await rm(file, { force: true });
  }
}
