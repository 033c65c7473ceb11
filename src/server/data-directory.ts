import { readdir, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeDataDirectory, unusableData } from '../configuration.js';
import { type DirectoryLock, lockDataDirectory } from '../engine/lock.js';
import { HuntError } from '../errors.js';

export type DataPaths = ReturnType<typeof dataPaths>;

/** Where things are in a data directory. */
export function dataPaths(directory: string) {
  const root = resolve(directory);
  return {
    root,
    store: join(root, 'quarry.db'),
    keys: join(root, 'keys'),
    engine: join(root, 'engine'),
    correlation: join(root, 'correlation'),
    backups: join(root, 'backups'),
    spool: join(root, 'spool'),
    uploads: join(root, 'uploads'),
    /** Says that the directory was filled by the demo. */
    demo: join(root, 'demo.json'),
  };
}

/** Makes the data directory and takes it. @throws HuntError `engine.busy` `configuration.invalid` */
export function takeDataDirectory(directory: string): DirectoryLock {
  makeDataDirectory(directory);
  try {
    return lockDataDirectory(directory);
  } catch (cause) {
    const { code, syscall, message } = cause as NodeJS.ErrnoException;
    // A full disk says nothing against the directory.
    if (syscall === undefined || code === 'ENOSPC' || code === 'EDQUOT') throw cause;
    throw unusableData(`${directory} cannot be written to: ${message}`, cause);
  }
}

/**
 * For a metadata store that has nothing in it: how long a tenant's events are kept is known by it alone, and what has
 * expired is deleted at the start.
 * @throws Error where there are events
 */
export async function assertNoTelemetry({ engine }: DataPaths): Promise<void> {
  const declared = await readdir(join(engine, 'metadata')).catch(() => []);
  const databases = declared.filter((name) => /^tenant_\w+\.sql$/.test(name));
  if (databases.length === 0) return;
  const tenants = databases.map((name) => name.slice('tenant_'.length, -'.sql'.length)).sort();
  throw new Error(
    `it has nothing in it, and the data directory has events (of ${tenants.slice(0, 5).join(', ')}). ` +
      'Put it back from a copy; or say with --retention how long they are kept, and a new one is begun',
  );
}

/** Bytes that a hunt's record and the least of results take, with some to spare. */
const leastFreeBytes = 4 * 2 ** 20;

/** @throws HuntError `engine.storage` where no hunt could be put on record */
export async function checkSpace(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < leastFreeBytes) throw new HuntError('engine.storage', {});
}
