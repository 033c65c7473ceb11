import { Checkbox, SearchBox } from '@fluentui/react-components';
import { useDeferredValue, useMemo, useState } from 'react';
import type { Schema, SchemaTable } from '../../api/types.js';
import { usePreferences } from '../../app/preferences.js';
import { strings } from '../strings.js';
import { useRoving } from './roving.js';
import { type SchemaActions, TableEntry } from './table-entry.js';

interface Found {
  readonly table: SchemaTable;
  /** A column has the name that is looked for, and the table has not. */
  readonly byColumn: boolean;
}

/** Tables by category, with their columns; a click opens, a double click inserts. */
export function SchemaPane({
  schema,
  actions,
}: {
  readonly schema: Schema;
  readonly actions: SchemaActions;
}) {
  const [filter, setFilter] = useState('');
  const [onlyFilled, setOnlyFilled] = useState(false);
  const { favourites } = usePreferences();
  const roving = useRoving<HTMLDivElement>();
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const groups = useMemo(
    () => grouped(schema.tables, wanted, onlyFilled, favourites),
    [schema, wanted, onlyFilled, favourites],
  );
  return (
    <>
      <div className="qh-pane-filter">
        <SearchBox
          size="small"
          placeholder={strings.filterTables}
          aria-label={strings.filterTables}
          value={filter}
          onChange={(_event, { value }) => setFilter(value)}
        />
        <Checkbox
          size="medium"
          label={strings.onlyFilled}
          checked={onlyFilled}
          onChange={(_event, { checked }) => setOnlyFilled(checked === true)}
        />
      </div>
      <div className="qh-pane-list" {...roving}>
        {groups.length === 0 && <p className="qh-pane-empty">{strings.noTables}</p>}
        {groups.map(([category, tables]) => (
          <section key={category} aria-label={category}>
            <h2 className="qh-pane-group">{category}</h2>
            <ul>
              {tables.map(({ table, byColumn }) => (
                <TableEntry
                  key={table.name}
                  table={table}
                  wanted={byColumn ? wanted : ''}
                  isFavourite={favourites.includes(table.name)}
                  actions={actions}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}

/** Tables by category, favourites first; earlier names of tables only where they are looked for. */
function grouped(
  tables: readonly SchemaTable[],
  wanted: string,
  onlyFilled: boolean,
  favourites: readonly string[],
): [string, Found[]][] {
  const groups = new Map<string, Found[]>();
  const add = (category: string, found: Found) =>
    groups.set(category, [...(groups.get(category) ?? []), found]);
  const found = tables.flatMap((table): Found[] => {
    if (onlyFilled && !table.rows) return [];
    if (wanted === '') return table.replacedBy ? [] : [{ table, byColumn: false }];
    if (table.name.toLowerCase().includes(wanted)) return [{ table, byColumn: false }];
    const has = table.columns.some(({ name }) => name.toLowerCase().includes(wanted));
    return has && !table.replacedBy ? [{ table, byColumn: true }] : [];
  });
  for (const each of found) {
    if (favourites.includes(each.table.name)) add(strings.favourites, each);
  }
  for (const each of found) add(each.table.category || strings.otherTables, each);
  return [...groups];
}
