import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../engine/engine.js';
import { isTableGone, newestTimes, type RowKeys, storedIdentities } from '../engine/stored-rows.js';
import { HuntError } from '../errors.js';
import { behind } from './admission.js';
import { Drain, type RefusedRow } from './drain.js';
import { IdentitySet, wordsOf } from './identity-set.js';
import {
  Journal,
  keyOf,
  leftJournals,
  readJournal,
  removeJournal,
  setAsideJournal,
  type TenantRows,
} from './journal.js';
import { RecentRows } from './recent-rows.js';
import { Replaced } from './replaced.js';
import { pickRows } from './rows.js';

export interface WriterOptions {
  /** The engine's spool folder; made when it is not there. */
  readonly folder: string;
  readonly engine: Pick<Engine, 'select' | 'command' | 'insertSegment'>;
  /** Acknowledged and not yet in the engine: beyond it batches wait, then are refused. */
  readonly spoolBytes: number;
  readonly log: (line: object) => void;
  /** The dead letter of a row that the engine refused. */
  readonly refusedRow: (row: RefusedRow) => TenantRows;
  /** Called when rows have come into the engine, or have not. */
  readonly onDrained?: () => void;
}

/** What became of the rows of one table of one batch. */
export interface PartCounts {
  readonly table: string;
  readonly stored: number;
  /** Stored before, or earlier in the same batch. */
  readonly duplicate: number;
}

/** The journal that takes batches. */
interface ActiveJournal {
  readonly journal: Journal;
  readonly keys: Map<string, IdentitySet>;
  readonly rows: TenantRows[];
  readonly replaced: Replaced;
  rowCount: number;
}

/** Rows that the engine is asked about. */
type SoughtRows = Omit<TenantRows, 'lines' | 'ends'>;

interface Commit {
  readonly parts: readonly TenantRows[];
  readonly resolve: (counts: PartCounts[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Commits that wait are written together up to this size. */
const groupBytes = 32 * 1024 * 1024;
/** A journal is one insert for each table: larger ones gain nothing and hold up the space they take. */
const journalBytes = 64 * 1024 * 1024;
/** How far back a row whose time is that of its arrival is looked for. */
const recentMs = 24 * 60 * 60 * 1000;
/** Rows whose place another has taken, and that may come after it. */
const mostReplaced = 400_000;
const roomPollMs = 50;
const recoveryRetryMs = 1_000;
const recoveryAttempts = 5;

/**
 * Takes rows into the journal, each once, and sees that they get into the engine.
 *
 * A row is known by its table, its time and its identity (`_seq`). The stored tables themselves, sorted
 * by time, are the index in which it is looked for, so a second delivery adds nothing however late it
 * comes and however it is cut into batches; rows on their way to the engine are remembered beside it.
 * The engine is not asked about rows that cannot be there, which most are.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #drain: Drain;
  readonly #queue: Commit[] = [];
  readonly #recent = new RecentRows();
  /** By table of tenant: several may have been sent the same events. */
  readonly #replaced = new Map<string, IdentitySet>();
  readonly #recovered: Promise<void>;
  #active: ActiveJournal | undefined;
  #appending: Promise<void> | undefined;
  #nextNumber: number;
  #working: Promise<void> = Promise.resolve();
  #busy = false;
  /** How many times databases have been forgotten. */
  readonly #forgotten = new Map<string, number>();
  #closed = false;

  private constructor(options: WriterOptions, left: Awaited<ReturnType<typeof leftJournals>>) {
    this.#options = options;
    this.#nextNumber = Math.max(0, ...left.map(({ number }) => number)) + 1;
    this.#drain = new Drain({
      ...options,
      seal: () => this.#seal(),
      refuse: async (row) => {
        await this.#enqueue([options.refusedRow(row)]);
      },
    });
    this.#recovered = this.#recover(left.map(({ file }) => file));
  }

  /** Opens the spool. What an earlier process acknowledged and did not insert is taken up again. */
  static async open(options: WriterOptions): Promise<Writer> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(options.folder)) {
      if (/\.(ndjson|keys|new)$/.test(name)) {
        await rm(path.join(options.folder, name));
      }
    }
    return new Writer(options, await leftJournals(options.folder));
  }

  /** Bytes acknowledged and not yet in the engine. */
  get backlogBytes(): number {
    return this.#drain.backlogBytes + (this.#active?.journal.sizeBytes ?? 0);
  }

  /** Rows that are acknowledged and not yet in the engine, by database. */
  get backlogRows(): Map<string, number> {
    const rows = new Map<string, number>();
    const active = this.#active?.keys ?? new Map<string, IdentitySet>();
    for (const [key, keys] of [...active, ...this.#drain.allKeys()]) {
      const database = key.slice(0, key.indexOf('.'));
      rows.set(database, (rows.get(database) ?? 0) + keys.size);
    }
    return rows;
  }

  /** Why rows do not get into the engine; undefined when they do. */
  get failure(): unknown {
    return this.#drain.failure;
  }

  /**
   * Resolves when the rows are on disk, all of them or none.
   * @param patienceMs how long to wait for room in the spool
   * @throws HuntError `ingest.behind` `ingest.unavailable` `engine.unavailable`, and `request.notFound` where a
   * database has been forgotten meanwhile: nothing was taken
   */
  async commit(parts: readonly TenantRows[], patienceMs: number): Promise<PartCounts[]> {
    const before = parts.map(({ database }) => this.#forgotten.get(database));
    await this.#room(patienceMs);
    const gone = parts.find(({ database }, at) => this.#forgotten.get(database) !== before[at]);
    if (gone) {
      throw new HuntError('request.notFound', { what: `Database ${gone.database}` });
    }
    return this.#enqueue(parts);
  }

  /**
   * Resolves when all that was acknowledged before is in the engine.
   * @throws HuntError why it does not get there
   */
  async flush(): Promise<void> {
    await this.#recovered;
    await this.#working;
    await this.#drain.flush();
  }

  /**
   * Rows of the database whose place others have taken are rows like any other when they come again. Those that
   * wait for room do not come in.
   */
  forget(database: string): void {
    this.#forgotten.set(database, (this.#forgotten.get(database) ?? 0) + 1);
    for (const key of this.#replaced.keys()) {
      if (key.startsWith(`${database}.`)) this.#replaced.delete(key);
    }
  }

  /** Inserts what can be inserted; the rest is taken up by the next process. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      await this.#working;
      await this.#drain.close();
      await this.#active?.journal.close();
    }
  }

  async #room(patienceMs: number): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (this.backlogBytes > this.#options.spoolBytes) {
      if (performance.now() > deadline || this.#closed) {
        throw behind();
      }
      await new Promise((resolve) => setTimeout(resolve, roomPollMs));
    }
  }

  #enqueue(parts: readonly TenantRows[]): Promise<PartCounts[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ parts, resolve, reject });
      if (!this.#busy) {
        this.#busy = true;
        this.#working = this.#work();
      }
    });
  }

  async #work(): Promise<void> {
    await this.#recovered;
    while (this.#queue.length > 0) {
      await this.#commitGroup(this.#nextGroup());
    }
    // In the step that saw the empty queue: what comes later starts anew.
    this.#busy = false;
  }

  async #commitGroup(group: readonly Commit[]): Promise<void> {
    try {
      const results = await this.#write(group.map(({ parts }) => parts));
      for (const [index, commit] of group.entries()) {
        commit.resolve(results[index] ?? []);
      }
    } catch (error) {
      const [first, ...others] = group;
      if (first && others.length === 0) {
        first.reject(error);
        return;
      }
      // One tenant's trouble is not another's.
      for (const commit of group) {
        await this.#commitGroup([commit]);
      }
    }
  }

  #nextGroup(): Commit[] {
    let bytes = 0;
    let count = 0;
    for (const { parts } of this.#queue) {
      bytes += parts.reduce((sum, part) => sum + part.lines.length, 0);
      if (count > 0 && bytes > groupBytes) {
        break;
      }
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #write(batches: readonly (readonly TenantRows[])[]): Promise<PartCounts[][]> {
    const fresh = await this.#withoutKnown(batches);
    await this.#append(fresh.flat());
    return batches.map((parts, batch) =>
      parts.map(({ table, ends }, index) => {
        const stored = fresh[batch]?.[index]?.ends.length ?? 0;
        return { table, stored, duplicate: ends.length - stored };
      }),
    );
  }

  /** The batches without rows that are on their way, repeated among them, or in the engine. */
  async #withoutKnown(batches: readonly (readonly TenantRows[])[]): Promise<TenantRows[][]> {
    // Before the engine is asked: what leaves the journals meanwhile is in the engine by then.
    const seen = new Map<string, IdentitySet>();
    const unseen = batches.map((parts) => parts.map((part) => this.#unseen(part, seen)));
    const known = await this.#inEngine(await this.#perhapsStored(unseen.flat()));
    return unseen.map((parts) =>
      parts.map((part) => {
        const stored = known.get(keyOf(part));
        return stored === undefined || stored.size === 0
          ? part
          : pickRows(part, positionsOutside(part, stored));
      }),
    );
  }

  #unseen(part: TenantRows, seen: Map<string, IdentitySet>): TenantRows {
    const key = keyOf(part);
    const own = seen.get(key) ?? new IdentitySet(part.ends.length);
    seen.set(key, own);
    const pending = [this.#active?.keys.get(key), ...this.#drain.keys(key)];
    const known = [...pending, this.#replaced.get(key)].filter((keys) => keys !== undefined);
    const words = wordsOf(part.identities);
    const positions: number[] = [];
    for (let position = 0; position < part.ends.length; position++) {
      const [low = 0, high = 0] = [words[2 * position], words[2 * position + 1]];
      if (!known.some((keys) => keys.has(low, high)) && own.add(low, high)) {
        positions.push(position);
      }
    }
    return pickRows(part, positions);
  }

  /** Those of the rows that the engine has to be asked about. */
  async #perhapsStored(parts: readonly TenantRows[]): Promise<SoughtRows[]> {
    const news = new Map(
      parts.filter((part) => !this.#recent.knows(keyOf(part))).map((part) => [keyOf(part), part]),
    );
    try {
      const times = await newestTimes(this.#options.engine, [...news.values()]);
      for (const [index, key] of [...news.keys()].entries()) {
        this.#recent.learn(key, times[index] ?? 0n);
      }
    } catch (error) {
      throw asUnavailable(error);
    }
    return parts.map((part) => {
      // Others are looked for whatever their time.
      const isTimed = part.sameness === 'event' && part.timeColumn !== null;
      const key = keyOf(part);
      return isTimed ? soughtAt(part, this.#recent.perhapsStored(key, part)) : part;
    });
  }

  async #inEngine(parts: readonly SoughtRows[]): Promise<Map<string, ReadonlySet<bigint>>> {
    const byTable = new Map<string, SoughtRows[]>();
    for (const part of parts.filter(({ identities }) => identities.length > 0)) {
      const group = byTable.get(keyOf(part)) ?? [];
      byTable.set(keyOf(part), group);
      group.push(part);
    }
    const lists: RowKeys[] = [];
    try {
      for (const group of byTable.values()) {
        const file = path.join(this.#options.folder, `${randomUUID()}.keys`);
        const [first] = group;
        if (first) {
          const { database, table, timeColumn, sameness } = first;
          const since = sameness === 'recent' ? new Date(Date.now() - recentMs) : undefined;
          lists.push({ database, table, timeColumn, since, file });
          await writeFile(file, keyPairs(group), { mode: 0o600 });
        }
      }
      const found = await storedIdentities(this.#options.engine, lists);
      return new Map([...byTable.keys()].map((key, index) => [key, found[index] ?? new Set()]));
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      for (const { file } of lists) {
        await rm(file, { force: true });
      }
    }
  }

  async #append(parts: readonly TenantRows[]): Promise<void> {
    const rows = parts.filter(({ ends, replaced }) => ends.length > 0 || replaced);
    if (rows.length === 0) {
      return;
    }
    if (this.#active && this.#active.journal.sizeBytes > journalBytes) {
      await this.#seal();
    }
    this.#appending = this.#appendTo(rows).finally(() => {
      this.#appending = undefined;
    });
    await this.#appending;
  }

  async #appendTo(rows: readonly TenantRows[]): Promise<void> {
    try {
      this.#active ??= {
        journal: await Journal.create(this.#options.folder, this.#nextNumber++),
        keys: new Map(),
        rows: [],
        replaced: new Replaced(),
        rowCount: 0,
      };
      await this.#active.journal.append(rows);
    } catch (error) {
      throw asUnavailable(error);
    }
    const { keys, journal, replaced } = this.#active;
    this.#active.rows.push(...rows);
    for (const part of rows) {
      const key = keyOf(part);
      replaced.add(part);
      this.#noteReplaced(key, part);
      const known = keys.get(key) ?? new IdentitySet(part.ends.length);
      keys.set(key, known);
      known.addAll(part.identities);
      this.#active.rowCount += part.ends.length;
      this.#recent.add(key, part);
    }
    this.#drain.appended(this.#active.rowCount, journal.sizeBytes);
  }

  #noteReplaced(key: string, { replaced }: TenantRows): void {
    if (replaced === undefined) {
      return;
    }
    const noted = [...this.#replaced.values()].reduce((sum, { size }) => sum + size, 0);
    if (noted > mostReplaced) {
      this.#replaced.clear();
    }
    const known = this.#replaced.get(key) ?? new IdentitySet();
    this.#replaced.set(key, known);
    known.addAll(replaced.identities);
  }

  /** Ends the journal that takes batches; it is the drain's from now on. */
  async #seal(): Promise<void> {
    while (this.#appending) {
      await this.#appending.catch(() => undefined);
    }
    const active = this.#active;
    if (active) {
      // In one step, so that its rows are known at any moment.
      this.#active = undefined;
      const { file, sizeBytes } = active.journal;
      const { keys, rows, replaced } = active;
      this.#drain.add({ file, sizeBytes, keys, rows, replaced });
      await active.journal.close().catch((error: unknown) => {
        // All of it is on disk.
        this.#options.log({ event: 'ingest.journal', file, failed: String(error) });
      });
    }
  }

  /** Batches of an earlier process are committed once more: only what the engine lacks is taken. */
  async #recover(files: readonly string[]): Promise<void> {
    for (const file of files) {
      for (let attempt = 1; !this.#closed; attempt++) {
        try {
          await this.#replay(file);
          break;
        } catch (error) {
          this.#options.log({ event: 'ingest.recovery', file, failed: String(error) });
          if (attempt >= recoveryAttempts && !isTemporary(error)) {
            // Its tenant or table is gone: it must not keep the others waiting.
            const aside = await setAsideJournal(file);
            this.#options.log({ event: 'ingest.journal.unplaced', file: aside });
            break;
          }
          await new Promise((resolve) => setTimeout(resolve, recoveryRetryMs));
        }
      }
    }
  }

  async #replay(file: string): Promise<void> {
    const { entries, ending } = readJournal(file);
    const gone = new Map<string, boolean>();
    for await (const parts of entries) {
      const left: TenantRows[] = [];
      for (const part of parts) {
        const key = keyOf(part);
        const isGone = gone.get(key) ?? (await isTableGone(this.#options.engine, part));
        gone.set(key, isGone);
        if (!isGone) {
          left.push(part);
        }
      }
      const [fresh = []] = await this.#withoutKnown([left]);
      // The earlier process may have ended between bringing rows in and taking those away that they replace.
      await this.#append(
        fresh.map((part, index) => ({ ...part, replaced: left[index]?.replaced })),
      );
    }
    if (ending() === 'damaged') {
      const aside = await setAsideJournal(file);
      this.#options.log({ event: 'ingest.journal.damaged', file: aside });
    } else {
      await removeJournal(file);
    }
  }
}

function positionsOutside({ identities }: TenantRows, stored: ReadonlySet<bigint>): number[] {
  return [...identities.keys()].filter((position) => !stored.has(identities[position] ?? 0n));
}

function soughtAt(part: SoughtRows, positions: readonly number[]): SoughtRows {
  const ticks = BigInt64Array.from(positions, (position) => part.ticks[position] ?? 0n);
  const identities = BigUint64Array.from(positions, (position) => part.identities[position] ?? 0n);
  return { ...part, ticks, identities };
}

/** Time and identity of each row, as the engine's RowBinary format has them. */
function keyPairs(parts: readonly SoughtRows[]): Uint8Array {
  const count = parts.reduce((sum, { identities }) => sum + identities.length, 0);
  const pairs = new BigUint64Array(count * 2);
  let at = 0;
  for (const { ticks, identities } of parts) {
    for (const [position, identity] of identities.entries()) {
      pairs[at] = BigInt.asUintN(64, ticks[position] ?? 0n);
      pairs[at + 1] = identity;
      at += 2;
    }
  }
  return new Uint8Array(pairs.buffer);
}

function unavailable(message: string, cause?: unknown): HuntError {
  return new HuntError('ingest.unavailable', { message }, { cause });
}

/** The engine is away or out of space, which an attempt later may find changed. */
function isTemporary(error: unknown): boolean {
  const cause = error instanceof HuntError ? (error.cause ?? error) : error;
  return !(cause instanceof HuntError && cause.code === 'engine.failed');
}

/** Whatever stands between a batch and the disk, the sender can only send it again. */
function asUnavailable(error: unknown): HuntError {
  if (error instanceof HuntError && error.status === 503) {
    return error;
  }
  const isFull =
    (error as NodeJS.ErrnoException).code === 'ENOSPC' ||
    (error instanceof HuntError && error.code === 'engine.storage');
  return unavailable(
    isFull ? 'The disk is full.' : 'The events could not be stored. Please send them again.',
    error,
  );
}
