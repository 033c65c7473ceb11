import type { Catalog } from '../catalog/types.js';
import { identifier, literal, sql } from '../sql/sql.js';
import type { Engine } from './engine.js';

/** What the engine holds of one table. */
export interface StoredTableSize {
  readonly name: string;
  readonly rows: number;
  /** On disk, compressed. */
  readonly bytes: number;
  /** Times of its first and last event; null in tables without time. */
  readonly firstEvent: string | null;
  readonly lastEvent: string | null;
}

/** The tables of a database that have no rows. */
export async function emptyTables(
  engine: Pick<Engine, 'select'>,
  database: string,
): Promise<string[]> {
  const tables = await engine.select<{ name: string }>(
    sql`SELECT name FROM system.tables
      WHERE database = ${literal(database)} AND total_rows = 0 ORDER BY name`.text,
  );
  return tables.map(({ name }) => name);
}

/** The tables of the catalog that hold rows, by their names. */
export async function storedTableSizes(
  engine: Pick<Engine, 'select'>,
  database: string,
  catalog: Catalog,
): Promise<StoredTableSize[]> {
  const sizes = await engine.select<{ name: string; count: string; bytes: string }>(
    sql`SELECT table AS name, toString(sum(rows)) AS count, toString(sum(bytes_on_disk)) AS bytes
      FROM system.parts WHERE active AND database = ${literal(database)}
      GROUP BY table HAVING sum(rows) > 0 ORDER BY table`.text,
  );
  const held = new Set(sizes.map(({ name }) => name));
  // Answered from what the parts say of themselves, without reading them.
  const selects = catalog.tables.flatMap(({ name, timeColumn }) => {
    if (timeColumn === null || !held.has(name)) {
      return [];
    }
    const [table, time] = [
      sql`${identifier(database)}.${identifier(name)}`,
      identifier(timeColumn),
    ];
    return [
      sql`SELECT ${literal(name)} AS name, formatDateTime(min(${time}), ${literal('%FT%T')}) AS first,
formatDateTime(max(${time}), ${literal('%FT%T')}) AS last FROM ${table}`.text,
    ];
  });
  const spans = new Map(
    selects.length === 0
      ? []
      : (
          await engine.select<{ name: string; first: string; last: string }>(
            selects.join('\nUNION ALL\n'),
          )
        ).map((span) => [span.name, span] as const),
  );
  const known = new Set(catalog.tables.map(({ name }) => name));
  return sizes
    .filter(({ name }) => known.has(name))
    .map(({ name, count, bytes }) => {
      const span = spans.get(name);
      return {
        name,
        rows: Number(count),
        bytes: Number(bytes),
        firstEvent: span ? `${span.first}Z` : null,
        lastEvent: span ? `${span.last}Z` : null,
      };
    });
}
