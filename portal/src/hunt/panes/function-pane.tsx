import { SearchBox, Tooltip } from '@fluentui/react-components';
import { useState } from 'react';
import type { SchemaFunction } from '../../api/types.js';
import { strings } from '../strings.js';
import { useRoving } from './roving.js';

/** Functions that are stored for everyone of the tenant. */
export function FunctionPane({
  functions,
  insert,
}: {
  readonly functions: readonly SchemaFunction[];
  readonly insert: (text: string) => void;
}) {
  const [filter, setFilter] = useState('');
  const roving = useRoving<HTMLUListElement>();
  const wanted = filter.trim().toLowerCase();
  const shown = functions.filter(({ name }) => name.toLowerCase().includes(wanted));
  if (functions.length === 0) return <p className="qh-pane-empty">{strings.noFunctions}</p>;
  return (
    <>
      <div className="qh-pane-filter">
        <SearchBox
          size="small"
          placeholder={strings.filterFunctions}
          aria-label={strings.filterFunctions}
          value={filter}
          onChange={(_event, { value }) => setFilter(value)}
        />
      </div>
      <ul className="qh-pane-list" {...roving}>
        {shown.map(({ name, signature, description, body }) => (
          <li key={name}>
            <Tooltip
              content={description || body || name}
              relationship="description"
              positioning="after"
            >
              <button
                type="button"
                className="qh-column qh-function"
                onDoubleClick={() => insert(`${name}(`)}
                onKeyDown={(event) => event.key === 'Enter' && insert(`${name}(`)}
              >
                <span>{signature ?? name}</span>
                {description && <span className="qh-function-text">{description}</span>}
              </button>
            </Tooltip>
          </li>
        ))}
      </ul>
    </>
  );
}
