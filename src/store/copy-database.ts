import { closeSync, openSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';

/** Copies a SQLite database as it is now, also while others use it; the file must not be there yet. */
export function copyDatabase(from: string, to: string): void {
  // Made here, so that it is never readable by others.
  closeSync(openSync(to, 'wx', 0o600));
  // By a name that makes no new file where there is none.
  const database = new Database(`${pathToFileURL(from).href}?mode=rw`);
  try {
    database.exec('pragma busy_timeout=5000');
    database.prepare('vacuum into ?').run(to);
  } finally {
    database.close();
  }
}
