import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  makeStyles,
  Select,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ask } from '../api/client.js';
import { ConfirmDialog, FormDialog, OnceDialog } from '../page/dialogs.js';
import { List, type ListColumn } from '../page/list.js';
import { Loads } from '../page/states.js';
import { strings as common } from '../page/strings.js';
import { type App, type Credential, useTenantPath } from './model.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  id: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  soft: { color: tokens.colorNeutralForeground2 },
  wide: { maxWidth: '760px' },
  row: { display: 'flex', gap: '8px', alignItems: 'flex-end', flexWrap: 'wrap', marginTop: '12px' },
});

const text = strings.apps;

/** What is shown once, when it has been made. */
interface Once {
  readonly title: string;
  readonly value: string;
  readonly hint?: string;
}

/** What an application proves itself by. */
export function AppCredentials({
  app,
  onClose,
}: {
  readonly app: App;
  readonly onClose: () => void;
}) {
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
  const [once, setOnce] = useState<Once>();
  const [asksCertificate, setAsksCertificate] = useState(false);
  const [removed, setRemoved] = useState<Credential>();
  const again = () => client.invalidateQueries({ queryKey: key });
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
                      columns={columnsWith(setRemoved)}
                      keyOf={({ id }) => id}
                    />
                  )
                }
              </Loads>
              <NewSecret
                path={of('secrets')}
                onMade={async (value) => {
                  setOnce({ title: text.secretTitle(app.name), value });
                  await again();
                }}
              >
                <Button onClick={() => setAsksCertificate(true)}>{text.addCertificate}</Button>
              </NewSecret>
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

function columnsWith(remove: (credential: Credential) => void): ListColumn<Credential>[] {
  return [
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
        <Button size="small" appearance="subtle" onClick={() => remove(credential)}>
          {text.removeCredential}
        </Button>
      ),
    },
  ];
}

/** Makes a secret that ends when it is told to. */
function NewSecret({
  path,
  onMade,
  children,
}: {
  readonly path: string;
  readonly onMade: (secret: string) => Promise<void>;
  /** What else can be made. */
  readonly children: ReactNode;
}) {
  const styles = useStyles();
  const [days, setDays] = useState('365');
  const [problem, setProblem] = useState<Error>();
  const add = async () => {
    try {
      const expiresAt = new Date(Date.now() + Number(days) * 86_400_000).toISOString();
      const body = days === '0' ? {} : { expiresAt };
      const { secret } = await ask<{ secret: string }>('POST', path, { body });
      await onMade(secret);
    } catch (error) {
      setProblem(error as Error);
    }
  };
  return (
    <>
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
        <Button appearance="primary" onClick={() => void add()}>
          {text.addSecret}
        </Button>
        {children}
      </div>
      {problem && <p role="alert">{problem.message}</p>}
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
