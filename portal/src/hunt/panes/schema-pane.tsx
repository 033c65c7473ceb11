import { Checkbox, SearchBox, Tooltip } from '@fluentui/react-components';
import { ChevronRightRegular } from '@fluentui/react-icons/svg/chevron-right';
import { DataBarHorizontalRegular } from '@fluentui/react-icons/svg/data-bar-horizontal';
import { EyeRegular } from '@fluentui/react-icons/svg/eye';
import { StarFilled, StarRegular } from '@fluentui/react-icons/svg/star';
import { useDeferredValue, useMemo, useState } from 'react';
import type { Schema, SchemaTable } from '../../api/types.js';
import { setPreference, usePreferences } from '../../app/preferences.js';
import { agoText, countText } from '../numbers.js';
import { strings } from '../strings.js';
import { useRoving } from './roving.js';

/** What the schema pane asks of the page. */
export interface SchemaActions {
  readonly insert: (text: string) => void;
  readonly preview: (table: string) => void;
  readonly values: (table: string, column: SchemaTable['columns'][number]) => void;
}

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

function TableEntry({
  table,
  wanted,
  isFavourite,
  actions,
}: {
  readonly table: SchemaTable;
  readonly wanted: string;
  readonly isFavourite: boolean;
  readonly actions: SchemaActions;
}) {
  const [chosen, setOpen] = useState<boolean>();
  const open = chosen ?? wanted !== '';
  const { name, rows = 0, lastEvent, columns, actionTypes = [] } = table;
  const { favourites } = usePreferences();
  const toggleFavourite = () =>
    setPreference(
      'favourites',
      isFavourite ? favourites.filter((each) => each !== name) : [...favourites, name],
    );
  return (
    <li>
      <div className="qh-entry">
        <Tooltip content={table.description ?? name} relationship="description" positioning="after">
          <button
            type="button"
            className="qh-entry-name"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            onDoubleClick={() => actions.insert(name)}
          >
            <ChevronRightRegular className={open ? 'qh-chevron qh-open' : 'qh-chevron'} />
            <span className={rows === 0 ? 'qh-dim' : undefined}>{name}</span>
            <span className="qh-entry-detail">{rows > 0 && countText(rows)}</span>
          </button>
        </Tooltip>
        <span className="qh-entry-actions">
          <button
            type="button"
            className="qh-entry-action"
            title={strings.previewTable(name)}
            aria-label={strings.previewTable(name)}
            onClick={() => actions.preview(name)}
          >
            <EyeRegular />
          </button>
          <button
            type="button"
            className="qh-entry-action"
            aria-pressed={isFavourite}
            title={strings.favourite(name)}
            aria-label={strings.favourite(name)}
            onClick={toggleFavourite}
          >
            {isFavourite ? <StarFilled /> : <StarRegular />}
          </button>
        </span>
      </div>
      {open && (
        <div className="qh-columns">
          <p className="qh-entry-facts">
            {rows > 0 ? strings.tableRows(rows.toLocaleString('en')) : strings.noRows}
            {lastEvent && `, ${strings.lastEvent(agoText(lastEvent))}`}
          </p>
          <ul aria-label={strings.columnsOf(name)}>
            {columns
              .filter((column) => wanted === '' || column.name.toLowerCase().includes(wanted))
              .map((column) => (
                <li key={column.name} className="qh-entry">
                  <Tooltip
                    content={`${column.name}: ${column.type}. ${column.description ?? ''}`}
                    relationship="description"
                    positioning="after"
                  >
                    <button
                      type="button"
                      className="qh-column"
                      onDoubleClick={() => actions.insert(column.name)}
                      onKeyDown={(event) => event.key === 'Enter' && actions.insert(column.name)}
                    >
                      <span>{column.name}</span>
                      <span className="qh-type">{column.type}</span>
                    </button>
                  </Tooltip>
                  <span className="qh-entry-actions">
                    <button
                      type="button"
                      className="qh-entry-action"
                      title={strings.columnValues(column.name)}
                      aria-label={strings.columnValues(column.name)}
                      onClick={() => actions.values(name, column)}
                    >
                      <DataBarHorizontalRegular />
                    </button>
                  </span>
                </li>
              ))}
          </ul>
          {wanted === '' && actionTypes.length > 0 && (
            <details className="qh-action-types">
              <summary>{strings.actionTypes(actionTypes.length)}</summary>
              <ul>
                {actionTypes.map((type) => (
                  <li key={type}>
                    <button
                      type="button"
                      className="qh-column"
                      onDoubleClick={() => actions.insert(`"${type}"`)}
                      onKeyDown={(event) => event.key === 'Enter' && actions.insert(`"${type}"`)}
                    >
                      {type}
                    </button>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </div>
      )}
    </li>
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
