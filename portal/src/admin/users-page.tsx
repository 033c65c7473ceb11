import { Badge, Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';
import { ConfirmDialog, FormDialog, OnceDialog } from '../page/dialogs.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads } from '../page/states.js';
import {
  type Assignment,
  newPassword,
  type User,
  useAssignments,
  useTenantPath,
  useUsers,
} from './model.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  actions: { display: 'flex', gap: '4px', justifyContent: 'flex-end' },
  soft: { color: tokens.colorNeutralForeground3 },
  name: { fontWeight: tokens.fontWeightSemibold },
});

const text = strings.users;

type AskedOfUser = 'password' | 'disable' | 'remove';
type Asking =
  | { readonly kind: 'add' }
  | { readonly kind: AskedOfUser; readonly user: User }
  | { readonly kind: 'once'; readonly name: string; readonly password: string };

type ChangeUser = (method: 'PATCH' | 'DELETE', user: User, body?: object) => Promise<void>;

/** People who sign in with the embedded issuer. */
export function UsersPage() {
  const styles = useStyles();
  const client = useQueryClient();
  const path = useTenantPath();
  const users = useUsers();
  const assignments = useAssignments();
  const { session } = useSession();
  const [asking, setAsking] = useState<Asking>();
  const change: ChangeUser = async (method, user, body) => {
    await ask(method, path(`/users/${encodeURIComponent(user.name)}`), { ...(body && { body }) });
    await client.invalidateQueries({ queryKey: ['users'] });
  };
  const columns: ListColumn<User>[] = [
    {
      id: 'name',
      title: text.name,
      sort: ({ name }) => name,
      cell: ({ id, name }) => (
        <>
          <span className={styles.name}>{name}</span>
          {id === session.user.id && <span className={styles.soft}> · {text.self}</span>}
        </>
      ),
    },
    {
      id: 'displayName',
      title: text.displayName,
      sort: ({ displayName }) => displayName,
      cell: ({ displayName }) => displayName,
    },
    {
      id: 'state',
      title: text.state,
      sort: ({ disabled }) => Number(disabled),
      cell: ({ disabled }) => (
        <Badge appearance="tint" color={disabled ? 'danger' : 'success'}>
          {disabled ? text.disabled : text.active}
        </Badge>
      ),
    },
    {
      id: 'access',
      title: text.access,
      kind: 'wraps',
      cell: (user) => accessText(user, assignments.data ?? []),
    },
    {
      id: 'actions',
      title: '',
      kind: 'actions',
      cell: (user) => (
        <UserActions
          user={user}
          onAsk={(kind) => setAsking({ kind, user })}
          onEnable={() => void change('PATCH', user, { disabled: false })}
        />
      ),
    },
  ];
  return (
    <>
      <PageHead title={strings.pages.users} hint={text.hint}>
        <Button appearance="primary" onClick={() => setAsking({ kind: 'add' })}>
          {text.add}
        </Button>
      </PageHead>
      <Loads query={users}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={text.empty} hint={text.emptyHint} />
          ) : (
            <List
              label={strings.pages.users}
              items={all}
              columns={columns}
              keyOf={({ id }) => id}
              textOf={({ name, displayName }) => `${name} ${displayName}`}
              initial={{ column: 'name', descending: false }}
            />
          )
        }
      </Loads>
      {asking && <UserDialog asking={asking} change={change} onAsk={setAsking} />}
    </>
  );
}

function UserActions({
  user,
  onAsk,
  onEnable,
}: {
  readonly user: User;
  readonly onAsk: (kind: AskedOfUser) => void;
  readonly onEnable: () => void;
}) {
  const styles = useStyles();
  return (
    <span className={styles.actions}>
      <Button
        size="small"
        aria-label={text.passwordFor(user.name)}
        onClick={() => onAsk('password')}
      >
        {text.password}
      </Button>
      {user.disabled ? (
        <Button size="small" aria-label={text.enableOf(user.name)} onClick={onEnable}>
          {text.enable}
        </Button>
      ) : (
        <Button
          size="small"
          aria-label={text.disableOf(user.name)}
          onClick={() => onAsk('disable')}
        >
          {text.disable}
        </Button>
      )}
      <Button
        size="small"
        appearance="subtle"
        aria-label={`${strings.remove} ${user.name}`}
        onClick={() => onAsk('remove')}
      >
        {strings.remove}
      </Button>
    </span>
  );
}

/** What is asked before a user is made or changed, and what is shown once afterwards. */
function UserDialog({
  asking,
  change,
  onAsk,
}: {
  readonly asking: Asking;
  readonly change: ChangeUser;
  readonly onAsk: (asking: Asking | undefined) => void;
}) {
  const close = () => onAsk(undefined);
  switch (asking.kind) {
    case 'add':
      return (
        <AddUser
          onClose={close}
          onMade={(name, password) => onAsk({ kind: 'once', name, password })}
        />
      );
    case 'password':
      return (
        <ConfirmDialog
          title={text.passwordTitle(asking.user.name)}
          hint={text.passwordText}
          submit={text.password}
          onClose={close}
          onConfirm={async () => {
            const password = newPassword();
            await change('PATCH', asking.user, { password });
            onAsk({ kind: 'once', name: asking.user.name, password });
            return false;
          }}
        />
      );
    case 'disable':
      return (
        <ConfirmDialog
          title={text.disableTitle(asking.user.name)}
          hint={text.disableText}
          submit={text.disable}
          onClose={close}
          onConfirm={() => change('PATCH', asking.user, { disabled: true })}
        />
      );
    case 'remove':
      return (
        <ConfirmDialog
          title={text.removeTitle(asking.user.name)}
          hint={text.removeText}
          submit={strings.remove}
          typed={asking.user.name}
          onClose={close}
          onConfirm={() => change('DELETE', asking.user)}
        />
      );
    case 'once':
      return (
        <OnceDialog
          title={text.passwordFor(asking.name)}
          secret={asking.password}
          onClose={close}
        />
      );
  }
}

function accessText(user: User, assignments: readonly Assignment[]): string {
  const own = assignments.filter(
    ({ subjectKind, subject }) =>
      subjectKind === 'user' && [user.id, user.name].includes(subject.toLowerCase()),
  );
  const groups = own.filter(({ viewsData }) => viewsData).map(({ deviceGroups }) => deviceGroups);
  const sees = groups.some((each) => each === null)
    ? text.everyDevice
    : groups.flatMap((each) => each ?? []).join(', ');
  const allows = own.flatMap((each) => each.allows).map((role) => strings.access.allowed[role]);
  const parts = [...(sees ? [text.sees(sees)] : []), ...allows];
  return parts.length > 0 ? parts.join('; ') : text.noAccess;
}

function AddUser({
  onMade,
  onClose,
}: {
  readonly onMade: (name: string, password: string) => void;
  readonly onClose: () => void;
}) {
  const path = useTenantPath();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const create = async () => {
    const password = newPassword();
    const shown = displayName.trim();
    const body = { name: name.trim(), password, ...(shown && { displayName: shown }) };
    const user = await ask<User>('POST', path('/users'), { body });
    await client.invalidateQueries({ queryKey: ['users'] });
    onMade(user.name, password);
    return false;
  };
  return (
    <FormDialog
      title={text.add}
      submit={text.create}
      onSubmit={create}
      onClose={onClose}
      isReady={name.trim() !== ''}
    >
      <Field label={text.name} hint={text.nameHint} required>
        <Input value={name} maxLength={256} onChange={(_event, { value }) => setName(value)} />
      </Field>
      <Field label={text.displayName}>
        <Input
          value={displayName}
          maxLength={256}
          onChange={(_event, { value }) => setDisplayName(value)}
        />
      </Field>
      <div>{text.passwordHint}</div>
    </FormDialog>
  );
}
