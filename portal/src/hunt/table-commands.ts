import { useMemo } from 'react';
import type { SchemaTable } from '../api/types.js';
import { type Command, useCommands } from '../app/commands.js';
import { strings } from './strings.js';

/** The palette finds every table, by its earlier names too, and opens its first rows' query in a tab. */
export function useTableCommands(
  tables: readonly SchemaTable[] | undefined,
  open: (title: string, text: string) => void,
): void {
  const commands = useMemo(
    () =>
      (tables ?? [])
        .filter(({ replacedBy, rows }) => replacedBy === undefined || rows)
        .map(({ name, description, category }): Command => {
          const earlier = tables?.filter(({ replacedBy }) => replacedBy === name) ?? [];
          return {
            id: `table.${name}`,
            title: name,
            group: strings.tables,
            detail: [
              description ?? category,
              ...earlier.map((table) => strings.earlierName(table.name)),
            ].join(' '),
            run: () => open(name, `${name}\n| take 100\n`),
          };
        }),
    [tables, open],
  );
  useCommands(commands);
}
