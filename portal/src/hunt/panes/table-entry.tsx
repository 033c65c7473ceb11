import { Tooltip } from '@fluentui/react-components';
import { ChevronRightRegular } from '@fluentui/react-icons/svg/chevron-right';
import { DataBarHorizontalRegular } from '@fluentui/react-icons/svg/data-bar-horizontal';
import { EyeRegular } from '@fluentui/react-icons/svg/eye';
import { StarFilled, StarRegular } from '@fluentui/react-icons/svg/star';
import { useState } from 'react';
import type { SchemaTable } from '../../api/types.js';
import { setPreference, usePreferences } from '../../app/preferences.js';
import { agoText, countText } from '../numbers.js';
import { strings } from '../strings.js';

/** What the schema pane asks of the page. */
export interface SchemaActions {
  readonly insert: (text: string) => void;
  readonly preview: (table: string) => void;
  readonly values: (table: string, column: SchemaTable['columns'][number]) => void;
}

/** A table: its name, what can be done with it, and, when it is open, what it has. */
export function TableEntry({
  table,
  wanted,
  isFavourite,
  actions,
}: {
  readonly table: SchemaTable;
  /** A part of a column's name: only such columns are shown. */
  readonly wanted: string;
  readonly isFavourite: boolean;
  readonly actions: SchemaActions;
}) {
  const [chosen, setOpen] = useState<boolean>();
  const open = chosen ?? wanted !== '';
  const { name, rows = 0, lastEvent, actionTypes = [] } = table;
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
        <TableActions name={name} isFavourite={isFavourite} onPreview={actions.preview} />
      </div>
      {open && (
        <div className="qh-columns">
          <p className="qh-entry-facts">
            {rows > 0 ? strings.tableRows(rows.toLocaleString('en')) : strings.noRows}
            {lastEvent && `, ${strings.lastEvent(agoText(lastEvent))}`}
          </p>
          <Columns table={table} wanted={wanted} actions={actions} />
          {wanted === '' && actionTypes.length > 0 && (
            <ActionTypes types={actionTypes} onInsert={actions.insert} />
          )}
        </div>
      )}
    </li>
  );
}

function TableActions({
  name,
  isFavourite,
  onPreview,
}: {
  readonly name: string;
  readonly isFavourite: boolean;
  readonly onPreview: (table: string) => void;
}) {
  const { favourites } = usePreferences();
  const toggleFavourite = () =>
    setPreference(
      'favourites',
      isFavourite ? favourites.filter((each) => each !== name) : [...favourites, name],
    );
  return (
    <span className="qh-entry-actions">
      <button
        type="button"
        className="qh-entry-action"
        title={strings.previewTable(name)}
        aria-label={strings.previewTable(name)}
        onClick={() => onPreview(name)}
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
  );
}

function Columns({
  table,
  wanted,
  actions,
}: {
  readonly table: SchemaTable;
  readonly wanted: string;
  readonly actions: SchemaActions;
}) {
  return (
    <ul aria-label={strings.columnsOf(table.name)}>
      {table.columns
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
                onClick={() => actions.values(table.name, column)}
              >
                <DataBarHorizontalRegular />
              </button>
            </span>
          </li>
        ))}
    </ul>
  );
}

function ActionTypes({
  types,
  onInsert,
}: {
  readonly types: readonly string[];
  readonly onInsert: (text: string) => void;
}) {
  return (
    <details className="qh-action-types">
      <summary>{strings.actionTypes(types.length)}</summary>
      <ul>
        {types.map((type) => (
          <li key={type}>
            <button
              type="button"
              className="qh-column"
              onDoubleClick={() => onInsert(`"${type}"`)}
              onKeyDown={(event) => event.key === 'Enter' && onInsert(`"${type}"`)}
            >
              {type}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
