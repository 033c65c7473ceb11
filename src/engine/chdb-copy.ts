import { cp, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { identifier, literal, type Sql, sql } from '../sql/sql.js';

/** What the engine calls its links to the files of a table, until they are taken from it; `-` it would write as `%2D`. */
const frozenName = 'quarry_backup';

interface StoredTable {
  readonly database: string;
  readonly table: string;
  /** Of its files. */
  readonly folder: string;
  readonly isMergeTree: number;
  readonly hasParts: number;
}

/**
 * Puts a copy of an engine's directory together, which an engine can be started in. Files of rows are never changed
 * once they are written: the copy has links to them, so it must be on the same file system. The caller sees to it that
 * nothing is inserted or changed meanwhile.
 * @param folder where the copy is to be; nothing has the name yet
 * @param select runs one statement
 */
export async function copyEngineDirectory(
  engineDirectory: string,
  folder: string,
  select: <Row>(text: string) => Promise<Row[]>,
): Promise<void> {
  const shadow = path.join(engineDirectory, 'shadow', frozenName);
  // Of a copy that was broken off.
  await rm(shadow, { recursive: true, force: true });
  try {
    const tables = await select<StoredTable>(storedTables.text);
    for (const { database, table } of tables.filter(({ hasParts }) => hasParts === 1)) {
      const name = sql`${identifier(database)}.${identifier(table)}`;
      await select(sql`ALTER TABLE ${name} FREEZE WITH NAME ${literal(frozenName)}`.text);
    }
    const store = path.join(folder, 'store');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (tables.some(({ hasParts }) => hasParts === 1)) {
      await rename(path.join(shadow, 'store'), store);
    }
    const root = await realpath(engineDirectory);
    for (const each of tables.filter(({ isMergeTree }) => isMergeTree === 1)) {
      await copyBesideParts(each.folder, path.join(folder, path.relative(root, each.folder)));
    }
    await copyDeclarations(engineDirectory, folder);
  } finally {
    await rm(shadow, { recursive: true, force: true });
  }
}

/** Of all databases but the engine's own. */
const storedTables: Sql = sql`SELECT database, name AS table, data_paths[1] AS folder,
    toUInt8(endsWith(engine, 'MergeTree')) AS isMergeTree,
    toUInt8((database, name) IN (SELECT database, table FROM system.parts WHERE active)) AS hasParts
  FROM system.tables
  WHERE database IN (SELECT name FROM system.databases WHERE engine = 'Atomic' AND name NOT IN ('system', 'default'))
  ORDER BY database, name`;

/** Changes that are still to be made to the parts, and which inserts the table has had. */
async function copyBesideParts(from: string, to: string): Promise<void> {
  await mkdir(path.join(to, 'detached'), { recursive: true });
  for (const name of await readdir(from)) {
    if (/^(format_version\.txt|mutation_\d+\.txt|deduplication_logs)$/.test(name)) {
      await cp(path.join(from, name), path.join(to, name), { recursive: true });
    }
  }
}

/** The statements that databases and tables were made with; those of tables are where the database's link leads. */
async function copyDeclarations(from: string, to: string): Promise<void> {
  const metadata = path.join(from, 'metadata');
  await cp(metadata, path.join(to, 'metadata'), { recursive: true, verbatimSymlinks: true });
  const links = (await readdir(metadata, { withFileTypes: true })).filter((entry) =>
    entry.isSymbolicLink(),
  );
  const root = await realpath(from);
  for (const { name } of links) {
    const declared = await realpath(path.join(metadata, name));
    await cp(declared, path.join(to, path.relative(root, declared)), { recursive: true });
  }
}
