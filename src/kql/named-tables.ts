import { findTable } from '../catalog/catalog.js';
import type { Catalog } from '../catalog/types.js';
import {
  columnsOf,
  elements,
  isTabular,
  kindOf,
  optionalMember,
  type SchemaColumn,
  type SyntaxNode,
} from './syntax.js';

/** Tables that `table('Name')` may mean besides the catalog's, by name. */
export type NamedTables = ReadonlyMap<string, readonly SchemaColumn[]>;

/** The query's own tables whose names stand in it as texts, where it calls `table()`. */
export function namedTables(query: string, root: SyntaxNode, catalog: Catalog): NamedTables {
  const tables = new Map<string, readonly SchemaColumn[]>();
  if (!/\btable\s*\(/.test(query)) return tables;
  const texts = new Set(query.match(/"\w+"|'\w+'/g)?.map((text) => text.slice(1, -1)));
  for (const statement of elements<SyntaxNode>(root, 'Statements')) {
    if (kindOf(statement) !== 'LetStatement') continue;
    const name = optionalMember(statement, 'Name')?.SimpleName ?? '';
    const type = optionalMember(statement, 'Expression')?.ResultType;
    if (texts.has(name) && isTabular(type) && !findTable(catalog, name)) {
      tables.set(name, columnsOf(type));
    }
  }
  return tables;
}
