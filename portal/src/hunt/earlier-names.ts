import type { Hint, Schema, SchemaTable } from '../api/types.js';
import { strings } from './strings.js';
import { wordsOf } from './words.js';

/** Today's names by earlier ones, which still work: of tables, and of the columns of each of today's tables. */
interface EarlierNames {
  readonly tables: ReadonlyMap<string, string>;
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const found = new WeakMap<Schema, EarlierNames>();

function namesOf(schema: Schema): EarlierNames {
  const before = found.get(schema);
  if (before) return before;
  const byName = new Map(schema.tables.map((table) => [table.name, table]));
  const names: EarlierNames = {
    tables: new Map(
      schema.tables.flatMap((table): [string, string][] => {
        const current = byName.get(table.replacedBy ?? '');
        return current && isRenamed(table, current) ? [[table.name, current.name]] : [];
      }),
    ),
    columns: new Map(schema.tables.map((table) => [table.name, columnNamesOf(table)])),
  };
  found.set(schema, names);
  return names;
}

/** Whether a table is another one under an earlier name. A table with a successor has a category and rows of its own. */
function isRenamed(earlier: SchemaTable, current: SchemaTable): boolean {
  if (earlier.category === current.category) return false;
  const names = new Set(current.columns.map(({ name }) => name));
  return earlier.columns.every(({ name, hidden }) => hidden || names.has(name));
}

function columnNamesOf({ columns }: SchemaTable): ReadonlyMap<string, string> {
  return new Map(
    columns.flatMap(({ name, hidden, description = '' }): [string, string][] => {
      const current = hidden ? /^Another name of (\w+)$/.exec(description)?.[1] : undefined;
      return current === undefined ? [] : [[name, current]];
    }),
  );
}

/**
 * Where a query has names of earlier schemas, and today's instead. Names that the query itself gives to
 * something are its own, whatever they once meant.
 */
export function earlierNameHints(query: string, schema: Schema): Hint[] {
  const { tables, columns } = namesOf(schema);
  const words = wordsOf(query);
  const own = new Set(words.filter(({ isAssigned }) => isAssigned).map(({ text }) => text));
  const used = words.flatMap(({ text }) => columns.get(tables.get(text) ?? text) ?? []);
  return words.flatMap(({ text, start }): Hint[] => {
    const current = tables.get(text) ?? used.find((names) => names.has(text))?.get(text);
    if (current === undefined || own.has(text) || own.has(current)) return [];
    const span = { start, length: text.length };
    const message = strings.earlierNameOf(current);
    return [{ message, ...span, fix: { ...span, text: current }, group: strings.todaysNames }];
  });
}
