import { createHash } from 'node:crypto';

/** Stands for a name of any length in a key: PostgreSQL's hold 2,700 bytes. */
export function nameKey(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}
