import {
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  SearchBox,
} from '@fluentui/react-components';
import { MoreHorizontalRegular } from '@fluentui/react-icons/svg/more-horizontal';
import { useState } from 'react';
import type { SavedQuery } from '../../api/types.js';
import { legible } from '../../results/values/display.js';
import { agoText } from '../numbers.js';
import { strings } from '../strings.js';

export interface SavedQueryActions {
  readonly open: (query: SavedQuery) => void;
  readonly rename: (query: SavedQuery) => void;
  readonly remove: (query: SavedQuery) => void;
}

/** Saved queries: one's own and those of others, by folder. */
export function QueryPane({
  queries,
  user,
  actions,
}: {
  readonly queries: readonly SavedQuery[];
  readonly user: string;
  readonly actions: SavedQueryActions;
}) {
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const shown = queries.filter(({ name, folder, text }) =>
    `${folder}/${name}\n${text}`.toLowerCase().includes(wanted),
  );
  const parts = [
    [strings.mine, shown.filter((query) => isOwn(query, user))],
    [strings.shared, shown.filter((query) => !isOwn(query, user))],
  ] as const;
  if (queries.length === 0) return <p className="qh-pane-empty">{strings.noQueries}</p>;
  return (
    <>
      <div className="qh-pane-filter">
        <SearchBox
          size="small"
          placeholder={strings.filterQueries}
          aria-label={strings.filterQueries}
          value={filter}
          onChange={(_event, { value }) => setFilter(value)}
        />
      </div>
      <div className="qh-pane-list">
        {shown.length === 0 && <p className="qh-pane-empty">{strings.noQueriesFound}</p>}
        {parts.map(
          ([title, own]) =>
            own.length > 0 && (
              <section key={title} aria-label={title}>
                <h2 className="qh-pane-group">{title}</h2>
                {folders(own).map(([folder, inside]) => (
                  <Folder
                    key={folder}
                    name={folder}
                    queries={inside}
                    user={user}
                    actions={actions}
                  />
                ))}
              </section>
            ),
        )}
      </div>
    </>
  );
}

function Folder({
  name,
  queries,
  user,
  actions,
}: {
  readonly name: string;
  readonly queries: readonly SavedQuery[];
  readonly user: string;
  readonly actions: SavedQueryActions;
}) {
  const list = (
    <ul>
      {queries.map((query) => (
        <li key={query.id} className="qh-entry">
          <button
            type="button"
            className="qh-entry-name"
            title={legible(query.text.slice(0, 500))}
            onClick={() => actions.open(query)}
          >
            <span>{legible(query.name)}</span>
            <span className="qh-entry-detail">
              {query.shared && isOwn(query, user) ? `${strings.sharedMark}, ` : ''}
              {isOwn(query, user) ? agoText(query.updated) : legible(query.owner.name)}
            </span>
          </button>
          {isOwn(query, user) && (
            <Menu>
              <MenuTrigger disableButtonEnhancement>
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<MoreHorizontalRegular />}
                  aria-label={`${strings.more}: ${legible(query.name)}`}
                />
              </MenuTrigger>
              <MenuPopover>
                <MenuList>
                  <MenuItem onClick={() => actions.open(query)}>{strings.openQuery}</MenuItem>
                  <MenuItem onClick={() => actions.rename(query)}>{strings.rename}</MenuItem>
                  <MenuItem onClick={() => actions.remove(query)}>{strings.remove}</MenuItem>
                </MenuList>
              </MenuPopover>
            </Menu>
          )}
        </li>
      ))}
    </ul>
  );
  if (name === '') return list;
  return (
    <details open className="qh-folder">
      <summary>{legible(name)}</summary>
      {list}
    </details>
  );
}

function folders(queries: readonly SavedQuery[]): [string, SavedQuery[]][] {
  const found = new Map<string, SavedQuery[]>();
  const sorted = queries.toSorted((a, b) => a.name.localeCompare(b.name));
  for (const query of sorted) {
    found.set(query.folder, [...(found.get(query.folder) ?? []), query]);
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b));
}

function isOwn({ owner }: SavedQuery, user: string): boolean {
  return owner.id === user;
}
