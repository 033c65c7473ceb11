import {
  Button,
  Checkbox,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Radio,
  RadioGroup,
  tokens,
} from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';
import { ConfirmDialog, FormDialog } from '../page/dialogs.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads } from '../page/states.js';
import { Checkboxes } from './checkboxes.js';
import { type Assignment, useAssignments, useGroups, useTenantPath, useUsers } from './model.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  actions: { display: 'flex', gap: '4px', justifyContent: 'flex-end' },
  name: { fontWeight: tokens.fontWeightSemibold },
  choices: { display: 'flex', flexDirection: 'column', paddingLeft: '24px' },
  group: { border: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column' },
  legend: { padding: 0, marginBottom: '2px' },
});

const text = strings.access;

/** Who may see what, and do what. */
export function AccessPage() {
  const assignments = useAssignments();
  const users = useUsers();
  const [changed, setChanged] = useState<Assignment | 'new'>();
  const [removed, setRemoved] = useState<Assignment>();
  const nameOf = ({ subjectKind, subject }: Assignment) =>
    (subjectKind === 'user' && users.data?.find(({ id }) => id === subject)?.name) || subject;
  const columns = useColumns(nameOf, { change: setChanged, remove: setRemoved });
  return (
    <>
      <PageHead title={strings.pages.access} hint={text.hint}>
        <Button appearance="primary" onClick={() => setChanged('new')}>
          {text.add}
        </Button>
      </PageHead>
      <Loads query={assignments}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={text.empty} hint={text.emptyHint} />
          ) : (
            <List
              label={strings.pages.access}
              items={all}
              columns={columns}
              keyOf={({ subjectKind, subject }) => `${subjectKind} ${subject}`}
              textOf={(each) => `${nameOf(each)} ${each.deviceGroups?.join(' ') ?? ''}`}
              initial={{ column: 'subject', descending: false }}
            />
          )
        }
      </Loads>
      {changed && (
        <Change
          assignment={changed === 'new' ? undefined : changed}
          onClose={() => setChanged(undefined)}
        />
      )}
      {removed && (
        <Remove assignment={removed} name={nameOf(removed)} onClose={() => setRemoved(undefined)} />
      )}
    </>
  );
}

function useColumns(
  nameOf: (assignment: Assignment) => string,
  actions: Readonly<Record<'change' | 'remove', (assignment: Assignment) => void>>,
): ListColumn<Assignment>[] {
  const styles = useStyles();
  return [
    {
      id: 'subject',
      title: text.subject,
      sort: nameOf,
      cell: (each) => <span className={styles.name}>{nameOf(each)}</span>,
    },
    {
      id: 'kind',
      title: text.kind,
      sort: ({ subjectKind }) => subjectKind,
      cell: ({ subjectKind }) => text.kinds[subjectKind],
    },
    { id: 'data', title: text.data, kind: 'wraps', cell: dataOf },
    {
      id: 'allows',
      title: text.allows,
      kind: 'wraps',
      cell: ({ allows }) => allows.map((role) => text.allowed[role] ?? role).join('; '),
    },
    {
      id: 'actions',
      title: '',
      kind: 'actions',
      cell: (each) => (
        <span className={styles.actions}>
          <Button
            size="small"
            aria-label={text.change(nameOf(each))}
            onClick={() => actions.change(each)}
          >
            {strings.edit}
          </Button>
          <Button
            size="small"
            appearance="subtle"
            aria-label={`${strings.remove} ${nameOf(each)}`}
            onClick={() => actions.remove(each)}
          >
            {strings.remove}
          </Button>
        </span>
      ),
    },
  ];
}

/** Whose data somebody sees. */
function dataOf({ viewsData, deviceGroups }: Assignment): string {
  if (!viewsData) return text.nothing;
  if (deviceGroups === null) return strings.users.everyDevice;
  return deviceGroups.join(', ') || text.nothing;
}

function Remove({
  assignment,
  name,
  onClose,
}: {
  readonly assignment: Assignment;
  readonly name: string;
  readonly onClose: () => void;
}) {
  const { session } = useSession();
  const client = useQueryClient();
  const path = useTenantPath();
  const { subjectKind, subject } = assignment;
  const isOwn = [session.user.id, session.user.name].includes(subject.toLowerCase());
  return (
    <ConfirmDialog
      title={text.removeTitle(name)}
      hint={isOwn ? text.removeOwn : text.removeText}
      submit={strings.remove}
      onClose={onClose}
      onConfirm={async () => {
        const rest = `/role-assignments/${subjectKind}/${encodeURIComponent(subject)}`;
        await ask('DELETE', path(rest));
        await client.invalidateQueries({ queryKey: ['assignments'] });
      }}
    />
  );
}

function Change({
  assignment,
  onClose,
}: {
  readonly assignment: Assignment | undefined;
  readonly onClose: () => void;
}) {
  const styles = useStyles();
  const { session } = useSession();
  const client = useQueryClient();
  const path = useTenantPath();
  const groups = useGroups();
  const [kind, setKind] = useState<Assignment['subjectKind']>(assignment?.subjectKind ?? 'user');
  const [subject, setSubject] = useState(assignment?.subject ?? '');
  const [viewsData, setViewsData] = useState(assignment?.viewsData ?? true);
  const [isEvery, setIsEvery] = useState((assignment?.deviceGroups ?? null) === null);
  const [chosen, setChosen] = useState<readonly string[]>(assignment?.deviceGroups ?? []);
  const [allows, setAllows] = useState<readonly string[]>(assignment?.allows ?? []);
  const names = [...new Set([...(groups.data ?? []).map(({ name }) => name), ...chosen])];
  const save = async () => {
    const body = {
      subjectKind: kind,
      subject: subject.trim(),
      viewsData,
      deviceGroups: isEvery ? null : chosen,
      allows,
    };
    await ask('PUT', path('/role-assignments'), { body });
    await client.invalidateQueries({ queryKey: ['assignments'] });
  };
  return (
    <FormDialog
      title={assignment ? text.change(subject) : text.add}
      submit={strings.save}
      onSubmit={save}
      onClose={onClose}
      isReady={subject.trim() !== ''}
    >
      {!assignment && <WhoFields {...{ kind, subject }} onKind={setKind} onSubject={setSubject} />}
      <Checkbox
        label={text.viewsData}
        checked={viewsData}
        onChange={(_event, { checked }) => setViewsData(checked === true)}
      />
      {viewsData && (
        <div className={styles.choices}>
          <RadioGroup
            value={isEvery ? 'every' : 'some'}
            aria-label={text.which}
            onChange={(_event, { value }) => setIsEvery(value === 'every')}
          >
            <Radio value="every" label={text.every} />
            <Radio value="some" label={text.some} />
          </RadioGroup>
          {!isEvery && (
            <div className={styles.choices}>
              {names.length === 0 && (
                <MessageBar>
                  <MessageBarBody>{text.noGroups}</MessageBarBody>
                </MessageBar>
              )}
              <Checkboxes
                offered={names.map((name) => ({ value: name, label: name }))}
                chosen={chosen}
                onChange={setChosen}
              />
            </div>
          )}
        </div>
      )}
      <fieldset className={styles.group}>
        <legend className={styles.legend}>{text.allows}</legend>
        <Checkboxes
          offered={Object.entries(text.allowed)
            .filter(([role]) => role !== 'Quarry.Operator' || session.may.operate)
            .map(([role, words]) => ({ value: role, label: `${words} (${role})` }))}
          chosen={allows}
          onChange={setAllows}
        />
      </fieldset>
    </FormDialog>
  );
}

/** Who is given access: a user, or a group of another issuer. */
function WhoFields({
  kind,
  subject,
  onKind,
  onSubject,
}: {
  readonly kind: Assignment['subjectKind'];
  readonly subject: string;
  readonly onKind: (kind: Assignment['subjectKind']) => void;
  readonly onSubject: (subject: string) => void;
}) {
  const users = useUsers();
  return (
    <>
      <RadioGroup
        layout="horizontal"
        value={kind}
        aria-label={text.kind}
        onChange={(_event, { value }) => onKind(value as Assignment['subjectKind'])}
      >
        <Radio value="user" label={text.kinds.user} />
        <Radio value="group" label={text.kinds.group} />
      </RadioGroup>
      <Field label={kind === 'user' ? text.subjectUser : text.subjectGroup} required>
        <Input
          value={subject}
          maxLength={256}
          list={kind === 'user' ? 'known-users' : undefined}
          onChange={(_event, { value }) => onSubject(value)}
        />
      </Field>
      <datalist id="known-users">
        {users.data?.map(({ id, name }) => (
          <option key={id} value={name} />
        ))}
      </datalist>
    </>
  );
}
