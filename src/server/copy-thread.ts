// A thread that copies databases, however large they are, and ends.
import { existsSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { copyDatabase } from '../store/copy-database.js';

export interface DatabaseCopies {
  readonly files: readonly (readonly [from: string, to: string])[];
  /** Those that are not there are passed over. */
  readonly mayBeGone?: boolean;
}

const { files, mayBeGone = false } = workerData as DatabaseCopies;
for (const [from, to] of files) {
  if (mayBeGone && !existsSync(from)) continue;
  try {
    copyDatabase(from, to);
  } catch (error) {
    // An error of the database's own kind would lose its words on the way to another thread.
    const { code, message } = error as NodeJS.ErrnoException;
    throw Object.assign(new Error(`${from} cannot be copied: ${message}`), { code });
  }
}
