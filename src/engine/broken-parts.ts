import { sql } from '../sql/sql.js';
import type { Engine } from './engine.js';

/** Files of rows that the engine could not read at a start: it has set them aside, and keeps them. */
export function brokenParts(
  engine: Pick<Engine, 'select'>,
): Promise<{ readonly table: string; readonly path: string }[]> {
  return engine.select(
    sql`SELECT concat(database, '.', table) AS table, path FROM system.detached_parts
      WHERE startsWith(name, 'broken') ORDER BY path LIMIT 100`.text,
  );
}
