import { chmod, cp, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { identifier, literal, type Sql, sql } from '../sql/sql.js';

/** What the engine calls its links to the files of a table, until they are taken from it; `-` it would write as `%2D`. */
const frozenName = 'quarry_backup';

/** Where it puts them. */
const frozenFolder = (engineDirectory: string) => path.join(engineDirectory, 'shadow', frozenName);

interface StoredTable {
  readonly database: string;
  readonly table: string;
  /** Of its files. */
  readonly folder: string;
  readonly isMergeTree: number;
  readonly hasParts: number;
}

/**
 * Puts a copy of an engine's directory together within it, which an engine can be started in. Files of rows are never
 * changed once they are written: the copy has links to them. The caller sees to it that nothing is inserted or changed
 * meanwhile.
 * @param select runs one statement
 */
export async function freezeEngine(
  engineDirectory: string,
  select: <Row>(text: string) => Promise<Row[]>,
): Promise<void> {
  const frozen = frozenFolder(engineDirectory);
  await removeFrozen(engineDirectory);
  const tables = await select<StoredTable>(storedTables.text);
  for (const { database, table } of tables.filter(({ hasParts }) => hasParts === 1)) {
    const name = sql`${identifier(database)}.${identifier(table)}`;
    await select(sql`ALTER TABLE ${name} FREEZE WITH NAME ${literal(frozenName)}`.text);
  }
  await mkdir(frozen, { recursive: true });
  await chmod(frozen, 0o700);
  const root = await realpath(engineDirectory);
  for (const each of tables.filter(({ isMergeTree }) => isMergeTree === 1)) {
    const files = await realpath(each.folder);
    await copyBesideParts(files, path.join(frozen, path.relative(root, files)));
  }
  await copyDeclarations(engineDirectory, frozen);
}

/** Moves what has been frozen to a folder that is not there yet; to another file system its files are copied. */
export async function takeFrozen(engineDirectory: string, folder: string): Promise<void> {
  const frozen = frozenFolder(engineDirectory);
  try {
    await rename(frozen, folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await cp(frozen, folder, { recursive: true, verbatimSymlinks: true });
  }
}

/** Also what a process has left that was killed. */
export async function removeFrozen(engineDirectory: string): Promise<void> {
  await rm(frozenFolder(engineDirectory), { recursive: true, force: true });
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
