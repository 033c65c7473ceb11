import { Field, Input } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';
import { FormDialog } from '../page/dialogs.js';
import type { App } from './model.js';
import { strings } from './strings.js';

const text = strings.apps;

/** Makes an application with one secret, for a program that is being set up. */
export function NewAppSecret({
  name: suggested,
  roles,
  onMade,
  onClose,
}: {
  readonly name: string;
  readonly roles: readonly string[];
  readonly onMade: (credentials: { clientId: string; secret: string }) => void;
  readonly onClose: () => void;
}) {
  const { session } = useSession();
  const client = useQueryClient();
  const [name, setName] = useState(suggested);
  const apps = `/api/quarry/tenants/${encodeURIComponent(session.tenant.id)}/apps`;
  const make = async () => {
    const { apps: known } = await ask<{ apps: readonly App[] }>('GET', apps);
    // Registering a name again would change what that application may do.
    if (known.some((app) => app.name === name.trim())) throw new Error(text.taken(name.trim()));
    const { clientId } = await ask<App>('POST', apps, { body: { name: name.trim(), roles } });
    const path = `${apps}/${encodeURIComponent(clientId)}/secrets`;
    const { secret } = await ask<{ secret: string }>('POST', path, { body: {} });
    onMade({ clientId, secret });
    await client.invalidateQueries();
  };
  return (
    <FormDialog
      title={text.add}
      submit={text.make}
      onSubmit={make}
      onClose={onClose}
      isReady={name.trim() !== ''}
    >
      <div>{text.secretInConfig}</div>
      <Field label={text.name} required>
        <Input value={name} maxLength={256} onChange={(_event, { value }) => setName(value)} />
      </Field>
    </FormDialog>
  );
}
