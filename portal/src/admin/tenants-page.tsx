import { Badge, Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';
import { bytesText } from '../hunt/numbers.js';
import { ConfirmDialog, FormDialog } from '../page/dialogs.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Loads } from '../page/states.js';
import { exportTenant } from './export-tenant.js';
import type { Tenant } from './model.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  actions: { display: 'flex', gap: '4px', justifyContent: 'flex-end', alignItems: 'center' },
  name: { fontWeight: tokens.fontWeightSemibold },
  address: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

const text = strings.tenants;
const idPattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
/** The tenant of an installation that has not been divided. */
const defaultTenant = 'default';

/** Every tenant of the installation, for those who operate it. */
export function TenantsPage() {
  const styles = useStyles();
  const { session } = useSession();
  const client = useQueryClient();
  const tenants = useQuery({
    queryKey: ['tenants'],
    queryFn: async () =>
      (await ask<{ tenants: readonly Tenant[] }>('GET', '/api/quarry/tenants')).tenants,
  });
  const [isAdding, setIsAdding] = useState(false);
  const [removed, setRemoved] = useState<Tenant>();
  const columns: ListColumn<Tenant>[] = [
    {
      id: 'id',
      title: text.id,
      sort: ({ id }) => id,
      cell: ({ id }) => (
        <>
          <span className={styles.name}>{id}</span>{' '}
          {id === session.tenant.id && (
            <Badge appearance="tint" color="brand">
              {text.own}
            </Badge>
          )}
        </>
      ),
    },
    { id: 'name', title: text.name, sort: ({ name }) => name, cell: ({ name }) => name },
    {
      id: 'retention',
      title: text.retention,
      sort: ({ retentionDays }) => retentionDays ?? Number.MAX_SAFE_INTEGER,
      cell: ({ retentionDays }) => text.days(retentionDays),
    },
    {
      id: 'signIn',
      title: text.signIn,
      cell: ({ id }) => (
        <span className={styles.address}>{`${window.location.origin}/?tenant=${id}`}</span>
      ),
    },
    {
      id: 'actions',
      title: '',
      kind: 'actions',
      cell: (tenant) => (
        <span className={styles.actions}>
          <ExportButton tenant={tenant} />
          {tenant.id !== session.tenant.id && tenant.id !== defaultTenant && (
            <Button
              size="small"
              appearance="subtle"
              aria-label={text.removeOf(tenant.id)}
              onClick={() => setRemoved(tenant)}
            >
              {text.remove}
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <PageHead title={strings.pages.tenants} hint={text.hint}>
        <Button appearance="primary" onClick={() => setIsAdding(true)}>
          {text.add}
        </Button>
      </PageHead>
      <Loads query={tenants}>
        {(all) => (
          <List
            label={strings.pages.tenants}
            items={all}
            columns={columns}
            keyOf={({ id }) => id}
            textOf={({ id, name }) => `${id} ${name}`}
            initial={{ column: 'id', descending: false }}
          />
        )}
      </Loads>
      {isAdding && <AddTenant onClose={() => setIsAdding(false)} />}
      {removed && (
        <ConfirmDialog
          title={text.removeTitle(removed.id)}
          hint={text.removeText}
          submit={text.removeSubmit}
          typed={removed.id}
          onClose={() => setRemoved(undefined)}
          onConfirm={async () => {
            await ask('DELETE', `/api/quarry/tenants/${encodeURIComponent(removed.id)}`);
            await client.invalidateQueries({ queryKey: ['tenants'] });
          }}
        />
      )}
    </>
  );
}

function ExportButton({ tenant }: { readonly tenant: Tenant }) {
  const [state, setState] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const run = async () => {
    setIsBusy(true);
    try {
      const size = await exportTenant(tenant.id, (bytes) =>
        setState(text.exporting(bytesText(bytes))),
      );
      setState(size === undefined ? undefined : text.exported(bytesText(size)));
    } catch (error) {
      setState((error as Error).message);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <span role="status">{state}</span>
      <Button
        size="small"
        title={text.exportHint}
        aria-label={text.exportOf(tenant.id)}
        disabled={isBusy}
        onClick={() => void run()}
      >
        {text.export}
      </Button>
    </>
  );
}

function AddTenant({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [days, setDays] = useState('30');
  const isIdWrong = id !== '' && !idPattern.test(id);
  const create = async () => {
    const retentionDays = days.trim() === '' ? null : Number(days);
    const body = { id, ...(name.trim() && { name: name.trim() }), retentionDays };
    await ask('POST', '/api/quarry/tenants', { body });
    await client.invalidateQueries({ queryKey: ['tenants'] });
  };
  return (
    <FormDialog
      title={text.add}
      submit={text.create}
      onSubmit={create}
      onClose={onClose}
      isReady={idPattern.test(id)}
    >
      <Field
        label={text.id}
        hint={text.idHint}
        required
        {...(isIdWrong && { validationMessage: text.idWrong, validationState: 'error' as const })}
      >
        <Input value={id} maxLength={64} onChange={(_event, { value }) => setId(value)} />
      </Field>
      <Field label={text.name} hint={text.nameHint}>
        <Input value={name} maxLength={256} onChange={(_event, { value }) => setName(value)} />
      </Field>
      <Field label={text.keep}>
        <Input
          type="number"
          min={1}
          max={36_500}
          value={days}
          onChange={(_event, { value }) => setDays(value)}
        />
      </Field>
    </FormDialog>
  );
}
