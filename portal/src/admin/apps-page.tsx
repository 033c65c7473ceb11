import { Badge, Button, makeStyles, tokens } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { ConfirmDialog } from '../page/dialogs.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads } from '../page/states.js';
import { AppCredentials } from './app-credentials.js';
import { AppDialog } from './app-dialog.js';
import { type App, useApps, useTenantPath } from './model.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  actions: { display: 'flex', gap: '4px', justifyContent: 'flex-end' },
  name: { fontWeight: tokens.fontWeightSemibold },
  id: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  soft: { color: tokens.colorNeutralForeground2 },
});

const text = strings.apps;

/** Programs, what they may do, and what they prove themselves by. */
export function AppsPage() {
  const styles = useStyles();
  const client = useQueryClient();
  const path = useTenantPath();
  const apps = useApps();
  const [changed, setChanged] = useState<App | 'new'>();
  const [opened, setOpened] = useState<App>();
  const [removed, setRemoved] = useState<App>();
  const columns: ListColumn<App>[] = [
    {
      id: 'name',
      title: text.name,
      sort: ({ name }) => name,
      cell: ({ name, isPublic }) => (
        <>
          <span className={styles.name}>{name}</span>{' '}
          {isPublic && (
            <Badge appearance="tint" color="informative">
              {text.public}
            </Badge>
          )}
        </>
      ),
    },
    {
      id: 'id',
      title: text.id,
      cell: ({ clientId }) => <span className={styles.id}>{clientId}</span>,
    },
    {
      id: 'roles',
      title: text.roles,
      kind: 'wraps',
      cell: ({ roles }) => roles.join(', ') || <span className={styles.soft}>{text.noRoles}</span>,
    },
    { id: 'scopes', title: text.scopes, kind: 'wraps', cell: ({ scopes }) => scopes.join(', ') },
    {
      id: 'actions',
      title: '',
      kind: 'actions',
      cell: (app) => (
        <AppActions
          app={app}
          onOpen={() => setOpened(app)}
          onEdit={() => setChanged(app)}
          onRemove={() => setRemoved(app)}
        />
      ),
    },
  ];
  return (
    <>
      <PageHead title={strings.pages.apps} hint={text.hint}>
        <Button appearance="primary" onClick={() => setChanged('new')}>
          {text.add}
        </Button>
      </PageHead>
      <Loads query={apps}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={text.empty} hint={text.emptyHint} />
          ) : (
            <List
              label={strings.pages.apps}
              items={all}
              columns={columns}
              keyOf={({ clientId }) => clientId}
              textOf={({ name, clientId, roles }) => `${name} ${clientId} ${roles.join(' ')}`}
              initial={{ column: 'name', descending: false }}
            />
          )
        }
      </Loads>
      {changed && (
        <AppDialog
          app={changed === 'new' ? undefined : changed}
          known={apps.data ?? []}
          onClose={() => setChanged(undefined)}
          onMade={setOpened}
        />
      )}
      {opened && <AppCredentials app={opened} onClose={() => setOpened(undefined)} />}
      {removed && (
        <ConfirmDialog
          title={text.removeTitle(removed.name)}
          hint={text.removeText}
          submit={strings.remove}
          typed={removed.name}
          onClose={() => setRemoved(undefined)}
          onConfirm={async () => {
            await ask('DELETE', path(`/apps/${encodeURIComponent(removed.clientId)}`));
            await client.invalidateQueries({ queryKey: ['apps'] });
          }}
        />
      )}
    </>
  );
}

function AppActions({
  app,
  onOpen,
  onEdit,
  onRemove,
}: {
  readonly app: App;
  readonly onOpen: () => void;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}) {
  const styles = useStyles();
  return (
    <span className={styles.actions}>
      <Button size="small" aria-label={text.credentialsOf(app.name)} onClick={onOpen}>
        {text.credentials}
      </Button>
      <Button size="small" aria-label={text.edit(app.name)} onClick={onEdit}>
        {strings.edit}
      </Button>
      <Button
        size="small"
        appearance="subtle"
        aria-label={`${strings.remove} ${app.name}`}
        onClick={onRemove}
      >
        {strings.remove}
      </Button>
    </span>
  );
}
