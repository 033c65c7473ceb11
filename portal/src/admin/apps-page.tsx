import {
  Badge,
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  Select,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';
import { ConfirmDialog, FormDialog, OnceDialog } from '../page/dialogs.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads } from '../page/states.js';
import { strings as common } from '../page/strings.js';
import { type App, type Credential, useApps, useRoles, useTenantPath } from './model.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  actions: { display: 'flex', gap: '4px', justifyContent: 'flex-end' },
  name: { fontWeight: tokens.fontWeightSemibold },
  id: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  soft: { color: tokens.colorNeutralForeground2 },
  group: { border: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column' },
  legend: { padding: 0 },
  summary: { cursor: 'pointer' },
  interactive: { display: 'flex', flexDirection: 'column', gap: '12px', paddingTop: '8px' },
  wide: { maxWidth: '760px' },
  row: { display: 'flex', gap: '8px', alignItems: 'flex-end', flexWrap: 'wrap', marginTop: '12px' },
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
        <span className={styles.actions}>
          <Button
            size="small"
            aria-label={text.credentialsOf(app.name)}
            onClick={() => setOpened(app)}
          >
            {text.credentials}
          </Button>
          <Button size="small" aria-label={text.edit(app.name)} onClick={() => setChanged(app)}>
            {strings.edit}
          </Button>
          <Button
            size="small"
            appearance="subtle"
            aria-label={`${strings.remove} ${app.name}`}
            onClick={() => setRemoved(app)}
          >
            {strings.remove}
          </Button>
        </span>
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
        <Change
          app={changed === 'new' ? undefined : changed}
          known={apps.data ?? []}
          onClose={() => setChanged(undefined)}
          onMade={setOpened}
        />
      )}
      {opened && <Credentials app={opened} onClose={() => setOpened(undefined)} />}
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

function Change({
  app,
  known,
  onClose,
  onMade,
}: {
  readonly app: App | undefined;
  readonly known: readonly App[];
  readonly onClose: () => void;
  readonly onMade: (app: App) => void;
}) {
  const styles = useStyles();
  const { session } = useSession();
  const client = useQueryClient();
  const path = useTenantPath();
  const all = useRoles();
  const [name, setName] = useState(app?.name ?? '');
  const [roles, setRoles] = useState<readonly string[]>(app?.roles ?? []);
  const [scopes, setScopes] = useState<readonly string[]>(app?.scopes ?? []);
  const [redirects, setRedirects] = useState((app?.redirectUris ?? []).join('\n'));
  const [isPublic, setIsPublic] = useState(app?.isPublic ?? false);
  const toggled = (list: readonly string[], each: string, isOn: boolean) =>
    isOn ? [...list, each] : list.filter((other) => other !== each);
  const save = async () => {
    const wanted = name.trim();
    // Registering a name again would change what that application may do.
    if (!app && known.some((other) => other.name === wanted)) throw new Error(text.taken(wanted));
    const redirectUris = redirects
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    const body = { name: wanted, roles, scopes, redirectUris, isPublic };
    const made = await ask<App>('POST', path('/apps'), { body });
    await client.invalidateQueries({ queryKey: ['apps'] });
    if (!app && !isPublic) onMade(made);
  };
  const offered = (all.data ?? []).filter(
    (role) => role.name !== 'Quarry.Operator' || session.may.operate,
  );
  return (
    <FormDialog
      title={app ? text.edit(app.name) : text.add}
      submit={app ? strings.save : text.make}
      onSubmit={save}
      onClose={onClose}
      isReady={name.trim() !== ''}
      isWide
    >
      {!app && (
        <Field label={text.name} required>
          <Input value={name} maxLength={256} onChange={(_event, { value }) => setName(value)} />
        </Field>
      )}
      <fieldset className={styles.group}>
        <legend className={styles.legend}>
          {text.roles} <span className={styles.soft}>{text.rolesHint}</span>
        </legend>
        {offered.map((role) => (
          <Checkbox
            key={role.name}
            label={`${role.name}: ${role.allows}`}
            checked={roles.includes(role.name)}
            onChange={(_event, { checked }) =>
              setRoles(toggled(roles, role.name, checked === true))
            }
          />
        ))}
      </fieldset>
      <details open={(app?.scopes.length ?? 0) > 0}>
        <summary className={styles.summary}>{text.interactive}</summary>
        <div className={styles.interactive}>
          <fieldset className={styles.group}>
            <legend className={styles.legend}>
              {text.scopes} <span className={styles.soft}>{text.scopesHint}</span>
            </legend>
            {offered.map(
              ({ scope, allows }) =>
                scope !== null && (
                  <Checkbox
                    key={scope}
                    label={`${scope}: ${allows}`}
                    checked={scopes.includes(scope)}
                    onChange={(_event, { checked }) =>
                      setScopes(toggled(scopes, scope, checked === true))
                    }
                  />
                ),
            )}
          </fieldset>
          <Field label={text.redirects} hint={text.redirectsHint}>
            <Textarea
              value={redirects}
              rows={2}
              onChange={(_event, { value }) => setRedirects(value)}
            />
          </Field>
          <Checkbox
            label={text.isPublic}
            checked={isPublic}
            onChange={(_event, { checked }) => setIsPublic(checked === true)}
          />
        </div>
      </details>
    </FormDialog>
  );
}

function Credentials({ app, onClose }: { readonly app: App; readonly onClose: () => void }) {
  const styles = useStyles();
  const client = useQueryClient();
  const path = useTenantPath();
  const of = (rest: string) => path(`/apps/${encodeURIComponent(app.clientId)}/${rest}`);
  const key = ['credentials', app.clientId];
  const credentials = useQuery({
    queryKey: key,
    queryFn: async () =>
      (await ask<{ credentials: readonly Credential[] }>('GET', of('credentials'))).credentials,
  });
  const [days, setDays] = useState('365');
  const [once, setOnce] = useState<{ title: string; value: string; hint?: string }>();
  const [asksCertificate, setAsksCertificate] = useState(false);
  const [removed, setRemoved] = useState<Credential>();
  const [problem, setProblem] = useState<Error>();
  const again = () => client.invalidateQueries({ queryKey: key });
  const addSecret = async () => {
    try {
      const expiresAt = new Date(Date.now() + Number(days) * 86_400_000).toISOString();
      const body = days === '0' ? {} : { expiresAt };
      const { secret } = await ask<{ secret: string }>('POST', of('secrets'), { body });
      setOnce({ title: text.secretTitle(app.name), value: secret });
      await again();
    } catch (error) {
      setProblem(error as Error);
    }
  };
  const columns: ListColumn<Credential>[] = [
    { id: 'kind', title: text.kind, cell: ({ kind }) => text.kinds[kind] },
    {
      id: 'made',
      title: text.made,
      sort: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => createdAt.slice(0, 10),
    },
    {
      id: 'ends',
      title: text.ends,
      sort: ({ expiresAt }) => expiresAt ?? '9',
      cell: ({ expiresAt }) => expiresAt?.slice(0, 10) ?? common.never,
    },
    {
      id: 'actions',
      title: '',
      kind: 'actions',
      cell: (credential) => (
        <Button size="small" appearance="subtle" onClick={() => setRemoved(credential)}>
          {text.removeCredential}
        </Button>
      ),
    },
  ];
  return (
    <>
      <Dialog open onOpenChange={(_event, { open }) => !open && onClose()}>
        <DialogSurface className={styles.wide}>
          <DialogBody>
            <DialogTitle>{text.credentialsOf(app.name)}</DialogTitle>
            <DialogContent>
              <p className={styles.id}>
                {text.id}: {app.clientId}
              </p>
              <Loads query={credentials} lines={2}>
                {(all) =>
                  all.length === 0 ? (
                    <p className={styles.soft}>{text.noCredentials}</p>
                  ) : (
                    <List
                      label={text.credentials}
                      items={all}
                      columns={columns}
                      keyOf={({ id }) => id}
                    />
                  )
                }
              </Loads>
              <div className={styles.row}>
                <Field label={text.expires}>
                  <Select value={days} onChange={(_event, { value }) => setDays(value)}>
                    {Object.entries(text.expiries).map(([count, title]) => (
                      <option key={count} value={count}>
                        {title}
                      </option>
                    ))}
                  </Select>
                </Field>
                <Button appearance="primary" onClick={() => void addSecret()}>
                  {text.addSecret}
                </Button>
                <Button onClick={() => setAsksCertificate(true)}>{text.addCertificate}</Button>
              </div>
              {problem && <p role="alert">{problem.message}</p>}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{common.close}</Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
      {asksCertificate && (
        <AddCertificate
          path={of('certificates')}
          onClose={() => setAsksCertificate(false)}
          onMade={(value) => {
            setOnce({ title: text.thumbprint, value, hint: '' });
            void again();
          }}
        />
      )}
      {removed && (
        <ConfirmDialog
          title={text.removeCredentialTitle}
          hint={text.removeCredentialText}
          submit={text.removeCredential}
          onClose={() => setRemoved(undefined)}
          onConfirm={async () => {
            await ask('DELETE', of(`credentials/${encodeURIComponent(removed.id)}`));
            await again();
          }}
        />
      )}
      {once && (
        <OnceDialog
          title={once.title}
          secret={once.value}
          {...(once.hint !== undefined && { hint: once.hint })}
          onClose={() => setOnce(undefined)}
        />
      )}
    </>
  );
}

function AddCertificate({
  path,
  onMade,
  onClose,
}: {
  readonly path: string;
  readonly onMade: (thumbprint: string) => void;
  readonly onClose: () => void;
}) {
  const [certificate, setCertificate] = useState('');
  return (
    <FormDialog
      title={text.addCertificate}
      submit={text.addCertificate}
      onClose={onClose}
      isReady={certificate.trim() !== ''}
      onSubmit={async () => {
        const made = await ask<{ thumbprint: string }>('POST', path, { body: { certificate } });
        onMade(made.thumbprint);
      }}
    >
      <Field label={text.certificate} required>
        <Textarea
          value={certificate}
          rows={8}
          placeholder="-----BEGIN CERTIFICATE-----"
          onChange={(_event, { value }) => setCertificate(value)}
        />
      </Field>
    </FormDialog>
  );
}
