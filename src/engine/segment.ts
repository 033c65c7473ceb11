import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { identifier, join, literal, sql } from '../sql/sql.js';
import type { Engine, EngineSegment } from './engine.js';
import { insertSettings, settingsClause } from './settings.js';

/** The engine's own column: it has a default, and a segment never sets it. */
const ingestedColumn = '_ingested';
/** A row's identity among those of its sorting key. */
const identityColumn = '_seq';

export interface SegmentColumns {
  readonly columns: readonly string[];
  /** For ClickHouse's `file()`: names and types. */
  readonly structure: string;
  /** What tells a row of the table from all others. */
  readonly key: readonly string[];
}

/** The stored tables' columns, as the engine has them; read once and kept until the schema changes. */
export class SegmentTables {
  readonly #engine: Pick<Engine, 'select'>;
  readonly #known = new Map<string, Promise<SegmentColumns>>();

  constructor(engine: Pick<Engine, 'select'>) {
    this.#engine = engine;
  }

  forget(): void {
    this.#known.clear();
  }

  columns({ database, table }: Pick<EngineSegment, 'database' | 'table'>): Promise<SegmentColumns> {
    const key = `${database}.${table}`;
    let columns = this.#known.get(key);
    if (!columns) {
      columns = this.#read(database, table);
      columns.catch(() => this.#known.delete(key));
      this.#known.set(key, columns);
    }
    return columns;
  }

  async #read(database: string, table: string): Promise<SegmentColumns> {
    const rows = await this.#engine.select<{ name: string; type: string; sorted: number }>(
      sql`SELECT name, type, is_in_sorting_key AS sorted FROM system.columns WHERE database = ${literal(database)}
        AND table = ${literal(table)} AND name != ${literal(ingestedColumn)} ORDER BY position`
        .text,
    );
    if (rows.length === 0) {
      throw new Error(`there is no table ${table} in ${database}`);
    }
    return {
      columns: rows.map((row) => row.name),
      structure: rows.map((row) => `${identifier(row.name).text} ${readType(row.type)}`).join(', '),
      key: [...rows.filter((row) => row.sorted === 1).map((row) => row.name), identityColumn],
    };
  }
}

/** The statement that inserts a segment from its file, whose real path is given. */
export function insertSql(
  { database, table, token }: EngineSegment,
  file: string,
  { columns, structure, key }: SegmentColumns,
  begun: boolean,
): string {
  const into = sql`${identifier(database)}.${identifier(table)}`;
  const names = join(columns.map((column) => identifier(column)));
  const rows = sql`file(${literal(file)}, JSONEachRow, ${literal(structure)})`;
  const keys = join(key.map((column) => identifier(column)));
  const stored = sql`SELECT ${keys} FROM ${into} WHERE (${keys}) IN (SELECT ${keys} FROM ${rows})`;
  const missing = begun ? sql` WHERE (${keys}) NOT IN (${stored})` : sql``;
  return sql`INSERT INTO ${into} (${names}) SELECT ${names} FROM ${rows}${missing}
    SETTINGS ${settingsClause(insertSettings(begun ? undefined : token))}`.text;
}

/** Read as plain text and looked up in the dictionary afterwards, twice as fast as the other way round. */
function readType(type: string): string {
  return type.replace(/^LowCardinality\((.*)\)$/, '$1');
}

/**
 * The segment's real path.
 * @throws Error when it is not a plainly named file inside the spool folder
 */
export async function spoolFile(spool: string, file: string): Promise<string> {
  const real = await realpath(file);
  const inside = path.relative(spool, real);
  if (!/^[A-Za-z0-9._/-]+$/.test(inside) || inside.startsWith('..') || path.isAbsolute(inside)) {
    throw new Error(`${file} is not a segment of the spool folder`);
  }
  return real;
}
