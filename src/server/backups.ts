import { once } from 'node:events';
import { copyFile, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChdbEngine } from '../engine/chdb.js';
import { HuntError } from '../errors.js';
import { startThread } from '../thread.js';
import type { DatabaseCopies } from './copy-thread.js';
import { type DataPaths, dataPaths } from './data-directory.js';

/** A copy of the data directory. */
export interface Backup {
  readonly path: string;
}

/** Of one that is not whole. */
const unfinishedEnding = '.unfinished';

/** Of the spool: rows that are also in a journal or in the store, and what is not written to its end. */
const onItsWay = /\.(ndjson|new)$/;

/**
 * Copies of a data directory that is served, each a data directory itself. What was acknowledged before one was asked
 * for is in it: in the engine's files, or in a journal that is taken up when it is served.
 */
export class Backups {
  readonly #paths: DataPaths;
  readonly #engine: Pick<ChdbEngine, 'copyTo'>;
  /** The metadata store, where it is a file. */
  readonly #storeFile: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    paths: DataPaths,
    engine: Pick<ChdbEngine, 'copyTo'>,
    storeFile: string | undefined,
  ) {
    this.#paths = paths;
    this.#engine = engine;
    this.#storeFile = storeFile;
  }

  /** What a process that was killed has left goes. */
  static async open(
    paths: DataPaths,
    engine: Pick<ChdbEngine, 'copyTo'>,
    storeFile: string | undefined,
  ): Promise<Backups> {
    const backups = new Backups(paths, engine, storeFile);
    await backups.#removeUnfinished();
    return backups;
  }

  /**
   * Makes one, after those that are being made.
   * @throws HuntError `engine.storage` `engine.unavailable`
   */
  make(): Promise<Backup> {
    const made = this.#last.then(() => this.#make());
    this.#last = made.catch(() => undefined);
    return made;
  }

  /** Waits for what is being made. */
  async close(): Promise<void> {
    await this.#last;
  }

  async #make(): Promise<Backup> {
    const folder = join(this.#paths.backups, new Date().toISOString().replaceAll(/[:.]/g, '-'));
    const unfinished = `${folder}${unfinishedEnding}`;
    try {
      await mkdir(this.#paths.backups, { recursive: true, mode: 0o700 });
      await this.#fill(dataPaths(unfinished));
      await rename(unfinished, folder);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw isFull(error) ? new HuntError('engine.storage', {}, { cause: error }) : error;
    }
    return { path: folder };
  }

  async #fill(copy: DataPaths): Promise<void> {
    const { keys, demo, spool, correlation } = this.#paths;
    await mkdir(copy.spool, { recursive: true, mode: 0o700 });
    await this.#engine.copyTo(copy.engine, async () => {
      // The store first: the positions in it are of events that are in the journals, or in the engine, by now.
      if (this.#storeFile !== undefined) {
        await copyDatabases({ files: [[this.#storeFile, copy.store]] });
      }
      for (const entry of await readdir(spool, { withFileTypes: true })) {
        if (!entry.isFile() || onItsWay.test(entry.name)) continue;
        // A journal that goes meanwhile is of rows that the engine has.
        await unlessGone(copyFile(join(spool, entry.name), join(copy.spool, entry.name)));
      }
    });
    await cp(keys, copy.keys, { recursive: true });
    await unlessGone(copyFile(demo, copy.demo));
    await mkdir(copy.correlation, { mode: 0o700 });
    const known = (await unlessGone(readdir(correlation))) ?? [];
    const files = known
      .filter((name) => name.endsWith('.db'))
      .map((name) => [join(correlation, name), join(copy.correlation, name)] as const);
    // One that goes meanwhile is of a tenant that has.
    if (files.length > 0) await copyDatabases({ files, mayBeGone: true });
  }

  async #removeUnfinished(): Promise<void> {
    const names = await readdir(this.#paths.backups).catch(() => []);
    for (const name of names.filter((each) => each.endsWith(unfinishedEnding))) {
      await rm(join(this.#paths.backups, name), { recursive: true, force: true });
    }
  }
}

/** On a thread of its own: a large one takes seconds. */
async function copyDatabases(copies: DatabaseCopies): Promise<void> {
  const thread = startThread('copy-thread', import.meta.url, { workerData: copies });
  await once(thread, 'exit');
}

async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isFull(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL';
}
