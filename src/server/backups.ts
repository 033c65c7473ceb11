import { copyFile, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ChdbEngine } from '../engine/chdb.js';
import { HuntError } from '../errors.js';
import { leftJournals } from '../ingest/journal.js';
import { copyDatabase } from '../store/copy-database.js';
import { type DataPaths, dataPaths } from './data-directory.js';

/** A copy of the data directory. */
export interface Backup {
  readonly path: string;
}

/** Of one that is not whole. */
const unfinishedEnding = '.unfinished';

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

  constructor(paths: DataPaths, engine: Pick<ChdbEngine, 'copyTo'>, storeFile: string | undefined) {
    this.#paths = paths;
    this.#engine = engine;
    this.#storeFile = storeFile;
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
      await this.#removeUnfinished();
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
      if (this.#storeFile !== undefined) copyDatabase(this.#storeFile, copy.store);
      for (const { file } of await leftJournals(spool)) {
        // One that goes meanwhile is of rows that the engine has.
        await unlessGone(copyFile(file, join(copy.spool, basename(file))));
      }
    });
    await cp(keys, copy.keys, { recursive: true });
    await unlessGone(copyFile(demo, copy.demo));
    await mkdir(copy.correlation, { mode: 0o700 });
    const known = (await unlessGone(readdir(correlation))) ?? [];
    for (const name of known.filter((each) => each.endsWith('.db'))) {
      copyDatabase(join(correlation, name), join(copy.correlation, name));
    }
  }

  /** What a process that was killed has left. */
  async #removeUnfinished(): Promise<void> {
    const names = await readdir(this.#paths.backups);
    for (const name of names.filter((each) => each.endsWith(unfinishedEnding))) {
      await rm(join(this.#paths.backups, name), { recursive: true, force: true });
    }
  }
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
