import { Checkbox, Field, Input, makeStyles, Textarea, tokens } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';
import { FormDialog } from '../page/dialogs.js';
import { Checkboxes } from './checkboxes.js';
import { type App, useRoles, useTenantPath } from './model.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  soft: { color: tokens.colorNeutralForeground2 },
  group: { border: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column' },
  legend: { padding: 0 },
  summary: { cursor: 'pointer' },
  interactive: { display: 'flex', flexDirection: 'column', gap: '12px', paddingTop: '8px' },
});

const text = strings.apps;

/** Registers an application, or changes one. */
export function AppDialog({
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
      <Choices
        title={text.roles}
        hint={text.rolesHint}
        offered={offered.map(({ name: role, allows }) => ({ value: role, allows }))}
        chosen={roles}
        onChange={setRoles}
      />
      <details open={(app?.scopes.length ?? 0) > 0}>
        <summary className={styles.summary}>{text.interactive}</summary>
        <div className={styles.interactive}>
          <Choices
            title={text.scopes}
            hint={text.scopesHint}
            offered={offered.flatMap(({ scope, allows }) =>
              scope === null ? [] : [{ value: scope, allows }],
            )}
            chosen={scopes}
            onChange={setScopes}
          />
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

/** What an application may have, each with what it allows. */
function Choices({
  title,
  hint,
  offered,
  chosen,
  onChange,
}: {
  readonly title: string;
  readonly hint: string;
  readonly offered: readonly { readonly value: string; readonly allows: string }[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const styles = useStyles();
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>
        {title} <span className={styles.soft}>{hint}</span>
      </legend>
      <Checkboxes
        offered={offered.map(({ value, allows }) => ({ value, label: `${value}: ${allows}` }))}
        chosen={chosen}
        onChange={onChange}
      />
    </fieldset>
  );
}
