import {
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  SearchBox,
  Tooltip,
} from '@fluentui/react-components';
import { MoreHorizontalRegular } from '@fluentui/react-icons/svg/more-horizontal';
import { useState } from 'react';
import type { SchemaFunction } from '../../api/types.js';
import { strings } from '../strings.js';
import type { FunctionKeeping } from '../use-functions.js';
import { useRoving } from './roving.js';

export interface FunctionActions {
  readonly insert: (text: string) => void;
  /** Shows the text of a function in a tab. */
  readonly open: (name: string, body: string) => void;
  /** undefined: the user may change none. */
  readonly keeping: Pick<FunctionKeeping, 'change' | 'remove' | 'stored'> | undefined;
}

/** Functions that are stored for everyone of the tenant. */
export function FunctionPane({
  functions,
  actions,
}: {
  readonly functions: readonly SchemaFunction[];
  readonly actions: FunctionActions;
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
      {shown.length === 0 && <p className="qh-pane-empty">{strings.noFunctionsFound}</p>}
      <ul className="qh-pane-list" {...roving}>
        {shown.map((each) => (
          <FunctionEntry key={each.name} shown={each} actions={actions} />
        ))}
      </ul>
    </>
  );
}

function FunctionEntry({
  shown: { name, signature, description, body },
  actions: { insert, open, keeping },
}: {
  readonly shown: SchemaFunction;
  readonly actions: FunctionActions;
}) {
  const stored = keeping?.stored.get(name);
  return (
    <li className="qh-entry">
      <Tooltip content={description || body || name} relationship="description" positioning="after">
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
      {body && (
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button
              size="small"
              appearance="subtle"
              icon={<MoreHorizontalRegular />}
              aria-label={`${strings.more}: ${name}`}
            />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuItem onClick={() => insert(`${name}(`)}>{strings.insert(name)}</MenuItem>
              <MenuItem onClick={() => open(name, body)}>{strings.openFunction}</MenuItem>
              {stored && keeping && (
                <>
                  <MenuItem onClick={() => keeping.change(stored)}>{strings.change}</MenuItem>
                  <MenuItem onClick={() => keeping.remove(stored)}>{strings.remove}</MenuItem>
                </>
              )}
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
    </li>
  );
}
