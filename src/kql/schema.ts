import { columnsOf, columnsSeen } from '../catalog/catalog.js';
import type { Catalog, LegacyTable } from '../catalog/types.js';
import { dotNetArray, type GlobalState, language } from './language.js';
import type { NamedTables } from './named-tables.js';
import { leaveUnlisted } from './repairs/listed-tables.js';
import type { SchemaColumn } from './syntax.js';

/**
 * The parser's view of the catalog. Columns outside `*` (aliases, hidden ones) are in it only where
 * `named`, so that they do not appear in results that never asked for them.
 */
export function globalStateFor(
  catalog: Catalog,
  named: ReadonlySet<string>,
  tables: NamedTables = new Map(),
): GlobalState {
  if (tables.size > 0) return buildState(catalog, named, tables);
  const view = viewOf(catalog);
  const key = [...named].sort().join(' ');
  const known = view.states.get(key);
  if (known) return known;
  const state = buildState(catalog, named, tables);
  if (view.states.size >= maxStates) view.states.clear();
  view.states.set(key, state);
  return state;
}

/** Whether a name is one of a column outside `*`. */
export function isOptionalColumn(catalog: Catalog, name: string): boolean {
  return viewOf(catalog).optional.has(name);
}

/** Whether a table of the catalog has a text column of that name whose text is JSON. */
export function isJsonText(catalog: Catalog, name: string): boolean {
  return viewOf(catalog).jsonTexts.has(name);
}

/** Sets of optional columns in use at once; each view of the whole catalog is a few hundred kB. */
const maxStates = 64;

interface CatalogView {
  readonly optional: ReadonlySet<string>;
  readonly jsonTexts: ReadonlySet<string>;
  readonly states: Map<string, GlobalState>;
}

const views = new WeakMap<Catalog, CatalogView>();

function viewOf(catalog: Catalog): CatalogView {
  const known = views.get(catalog);
  if (known) return known;
  const optional = new Set<string>();
  for (const table of [...catalog.tables, ...catalog.legacyTables]) {
    for (const column of columnsOf(catalog, table).values()) {
      if (!column.visible) optional.add(column.name);
    }
  }
  const jsonTexts = catalog.tables.flatMap(({ columns }) =>
    columns.filter((column) => column.jsonText).map(({ name }) => name),
  );
  const view: CatalogView = { optional, jsonTexts: new Set(jsonTexts), states: new Map() };
  views.set(catalog, view);
  return view;
}

function buildState(
  catalog: Catalog,
  named: ReadonlySet<string>,
  tables: NamedTables,
): GlobalState {
  const symbols: unknown[] = [];
  const stored = new Set(catalog.tables.map(({ name }) => name));
  const views = new Set(catalog.legacyTables.filter((table) => table.definition !== undefined));
  for (const table of [...catalog.tables, ...catalog.legacyTables]) {
    // A table with a definition is a function of the prelude.
    if (views.has(table as LegacyTable)) continue;
    const names = [table.name, ...('aliases' in table ? (table.aliases ?? []) : [])];
    const schema = schemaOf(columnsSeen(catalog, table, named));
    for (const name of names) {
      const symbol = new language.Symbols.TableSymbol.$ctor7(name, schema, null);
      symbols.push(stored.has(name) ? symbol : leaveUnlisted(symbol));
    }
  }
  for (const [name, columns] of tables) {
    const symbol = new language.Symbols.TableSymbol.$ctor7(name, schemaOf(columns), null);
    symbols.push(leaveUnlisted(symbol));
  }
  const database = new language.Symbols.DatabaseSymbol.$ctor1(
    'hunting',
    dotNetArray(symbols, language.Symbols.Symbol),
    false,
  );
  return language.GlobalState.Default.WithDatabase(database);
}

function schemaOf(columns: readonly SchemaColumn[]): string {
  return `(${columns.map(({ name, type }) => `${bracketed(name)}: ${type}`).join(', ')})`;
}

function bracketed(name: string): string {
  return `['${name.replace(/[\\']/g, '\\$&')}']`;
}
