import { Button, Spinner, Tab, TabList } from '@fluentui/react-components';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { CSSProperties } from 'react';
import { useSearchParams } from 'wouter';
import type { PastHunt, Schema } from '../api/types.js';
import { Notice } from '../app/notice.js';
import { useSession } from '../app/session-context.js';
import { type FunctionActions, FunctionPane } from './panes/function-pane.js';
import { HistoryPane } from './panes/history-pane.js';
import { QueryPane, type SavedQueryActions } from './panes/query-pane.js';
import { SchemaPane } from './panes/schema-pane.js';
import type { SchemaActions } from './panes/table-entry.js';
import { savedQueries } from './queries.js';
import { strings } from './strings.js';

const names = ['schema', 'functions', 'queries', 'history'] as const;
type PaneName = (typeof names)[number];

/** What stands beside the editor; which of it is shown is in the address. */
export function SidePane({
  width,
  schema,
  actions,
  savedActions,
  functionActions,
  openPast,
}: {
  readonly width: number;
  readonly schema: UseQueryResult<Schema>;
  readonly actions: SchemaActions;
  readonly savedActions: SavedQueryActions;
  readonly functionActions: FunctionActions;
  readonly openPast: (hunt: PastHunt) => void;
}) {
  const [search, setSearch] = useSearchParams();
  const asked = search.get('pane') as PaneName | null;
  const style = { '--qh-side-width': `${width}px` } as CSSProperties;
  const pane = asked && names.includes(asked) ? asked : 'schema';
  return (
    <aside className="qh-side" style={style} aria-label={strings.panes.label}>
      <TabList
        size="small"
        selectedValue={pane}
        onTabSelect={(_event, { value }) =>
          setSearch(
            (before) => {
              const after = new URLSearchParams(before);
              after.set('pane', String(value));
              return after;
            },
            { replace: true },
          )
        }
      >
        {names.map((name) => (
          <Tab key={name} value={name} id={`pane-tab-${name}`}>
            {strings.panes[name]}
          </Tab>
        ))}
      </TabList>
      <div className="qh-pane" role="tabpanel" aria-labelledby={`pane-tab-${pane}`}>
        {pane === 'schema' && (
          <Loaded query={schema}>{(data) => <SchemaPane schema={data} actions={actions} />}</Loaded>
        )}
        {pane === 'functions' && (
          <Loaded query={schema}>
            {(data) => <FunctionPane functions={data.functions} actions={functionActions} />}
          </Loaded>
        )}
        {pane === 'queries' && <Queries actions={savedActions} />}
        {pane === 'history' && <HistoryPane open={openPast} />}
      </div>
    </aside>
  );
}

function Queries({ actions }: { readonly actions: SavedQueryActions }) {
  const { session } = useSession();
  const queries = useQuery(savedQueries);
  return (
    <Loaded query={queries}>
      {(data) => <QueryPane queries={data} user={session.user.id} actions={actions} />}
    </Loaded>
  );
}

function Loaded<T>({
  query,
  children,
}: {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => React.ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <Notice title={strings.loadFailed} hint={query.error.message} isAlert isPart>
        <Button onClick={() => void query.refetch()}>{strings.tryLoading}</Button>
      </Notice>
    );
  }
  return <Spinner size="tiny" label={strings.loading} className="qh-pane-empty" />;
}
