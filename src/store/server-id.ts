import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A server among those that share a store. It goes by its data directory: started again, it is the same one.
 * @param folder of the server alone, where its id is kept
 */
export function serverId(folder: string): string {
  const file = join(folder, 'audit-server');
  if (!existsSync(file)) {
    // Never there without its content.
    const fresh = `${file}.new`;
    writeFileSync(fresh, randomUUID(), { mode: 0o600, flush: true });
    renameSync(fresh, file);
  }
  return readFileSync(file, 'utf8');
}
