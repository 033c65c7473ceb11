import { Command, Option } from 'commander';
import { builtinCatalog, columnsOf, findLegacyTable, findTable } from '../../catalog/catalog.js';
import { UsageError } from '../failure.js';
import { tableText } from '../formats.js';

export function tablesCommand(): Command {
  return new Command('tables')
    .description('List the tables that can be queried, or the columns of one')
    .argument('[name]', 'a table')
    .addOption(
      new Option('--format <format>', 'table on a terminal, else json').choices(['table', 'json']),
    )
    .action((name: string | undefined, { format }: { format?: 'table' | 'json' }) => {
      const entries = name === undefined ? listTables() : listColumns(name);
      if ((format ?? (process.stdout.isTTY ? 'table' : 'json')) === 'json') {
        console.log(JSON.stringify(entries, null, 2));
        return;
      }
      const names = Object.keys(entries[0] ?? {});
      const rows = entries.map((entry) => Object.values(entry));
      process.stdout.write(tableText(names, rows, process.stdout.columns ?? 160));
    });
}

function listTables(): Readonly<Record<string, string>>[] {
  return [
    ...builtinCatalog.tables.map(({ name, category, summary }) => ({
      Table: name,
      Category: category,
      Summary: summary,
    })),
    ...builtinCatalog.legacyTables.map(({ name, summary }) => ({
      Table: name,
      Category: 'Earlier names',
      Summary: summary,
    })),
  ];
}

/** The columns of `*`, then those that a query has to name. */
function listColumns(name: string): Readonly<Record<string, string>>[] {
  const table = findTable(builtinCatalog, name) ?? findLegacyTable(builtinCatalog, name);
  if (!table) throw new UsageError(`there is no table ${name}${nearby(name)}`);
  return [...columnsOf(builtinCatalog, table).values()].map((column) => ({
    Column: column.name,
    Type: column.type,
    Summary:
      `${column.summary ?? ''}${column.visible ? '' : ' (only where a query names it)'}`.trim(),
  }));
}

function nearby(name: string): string {
  const wanted = name.toLowerCase();
  const all = [...builtinCatalog.tables, ...builtinCatalog.legacyTables].map((table) => table.name);
  const close = all.filter(
    (other) => other.toLowerCase() === wanted || other.toLowerCase().includes(wanted),
  );
  return close.length === 0 ? '' : `; do you mean ${close.slice(0, 5).join(', ')}?`;
}
