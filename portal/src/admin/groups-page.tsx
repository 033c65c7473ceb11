import { Button, Field, Input, makeStyles, Select, tokens } from '@fluentui/react-components';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { ConfirmDialog, FormDialog } from '../page/dialogs.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads } from '../page/states.js';
import { useSettled } from '../page/use-settled.js';
import {
  type Condition,
  type DeviceGroup,
  useAssignments,
  useGroups,
  useTenantPath,
} from './model.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  actions: { display: 'flex', gap: '4px', justifyContent: 'flex-end' },
  name: { fontWeight: tokens.fontWeightSemibold },
  condition: {
    display: 'flex',
    gap: '8px',
    alignItems: 'center',
    '& > :nth-child(3)': { flex: 1 },
  },
  narrow: { minWidth: '110px' },
  preview: {
    maxHeight: '180px',
    overflow: 'auto',
    padding: '8px 12px',
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
  devices: { margin: '4px 0 0', paddingLeft: '18px', columns: '2 200px' },
  soft: { color: tokens.colorNeutralForeground2 },
});

const text = strings.groups;

/** Sets of devices that people can be limited to. */
export function GroupsPage() {
  const styles = useStyles();
  const client = useQueryClient();
  const path = useTenantPath();
  const groups = useGroups();
  const assignments = useAssignments();
  const [changed, setChanged] = useState<DeviceGroup | 'new'>();
  const [removed, setRemoved] = useState<DeviceGroup>();
  const columns: ListColumn<DeviceGroup>[] = [
    {
      id: 'name',
      title: text.name,
      sort: ({ name }) => name,
      cell: ({ name }) => <span className={styles.name}>{name}</span>,
    },
    { id: 'rule', title: text.rule, kind: 'wraps', cell: ruleText },
    {
      id: 'people',
      title: text.people,
      kind: 'wraps',
      cell: ({ name }) =>
        (assignments.data ?? [])
          .filter(({ deviceGroups }) => deviceGroups?.includes(name))
          .map(({ subject }) => subject)
          .join(', '),
    },
    {
      id: 'actions',
      title: '',
      kind: 'actions',
      cell: (group) => (
        <span className={styles.actions}>
          <Button
            size="small"
            aria-label={text.change(group.name)}
            onClick={() => setChanged(group)}
          >
            {strings.edit}
          </Button>
          <Button
            size="small"
            appearance="subtle"
            aria-label={`${strings.remove} ${group.name}`}
            onClick={() => setRemoved(group)}
          >
            {strings.remove}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <>
      <PageHead title={strings.pages.groups} hint={text.hint}>
        <Button appearance="primary" onClick={() => setChanged('new')}>
          {text.add}
        </Button>
      </PageHead>
      <Loads query={groups}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={text.empty} hint={text.emptyHint} />
          ) : (
            <List
              label={strings.pages.groups}
              items={all}
              columns={columns}
              keyOf={({ name }) => name}
              textOf={(group) => `${group.name} ${ruleText(group)}`}
              initial={{ column: 'name', descending: false }}
            />
          )
        }
      </Loads>
      {changed && (
        <Change
          group={changed === 'new' ? undefined : changed}
          onClose={() => setChanged(undefined)}
        />
      )}
      {removed && (
        <ConfirmDialog
          title={text.removeTitle(removed.name)}
          hint={text.removeText}
          submit={strings.remove}
          onClose={() => setRemoved(undefined)}
          onConfirm={async () => {
            await ask('DELETE', path(`/device-groups/${encodeURIComponent(removed.name)}`));
            await client.invalidateQueries({ queryKey: ['device-groups'] });
          }}
        />
      )}
    </>
  );
}

function ruleText({ conditions }: DeviceGroup): string {
  if (conditions.length === 0) return text.bySource;
  return conditions
    .map(
      ({ property, operator, value }) =>
        `${text.properties[property]} ${text.operators[operator]} “${value}”`,
    )
    .join(' and ');
}

interface Keyed extends Condition {
  readonly key: number;
}

function Change({
  group,
  onClose,
}: {
  readonly group: DeviceGroup | undefined;
  readonly onClose: () => void;
}) {
  const styles = useStyles();
  const client = useQueryClient();
  const path = useTenantPath();
  const [name, setName] = useState(group?.name ?? '');
  const [conditions, setConditions] = useState<readonly Keyed[]>(
    (group?.conditions ?? []).map((condition, key) => ({ ...condition, key })),
  );
  const whole = conditions
    .filter(({ value }) => value.trim() !== '')
    .map(({ property, operator, value }) => ({ property, operator, value: value.trim() }));
  const change = (key: number, part: Partial<Condition>) =>
    setConditions((before) =>
      before.map((each) => (each.key === key ? { ...each, ...part } : each)),
    );
  const save = async () => {
    const rest = `/device-groups/${encodeURIComponent(name.trim())}`;
    await ask('PUT', path(rest), { body: { conditions: whole } });
    await client.invalidateQueries({ queryKey: ['device-groups'] });
  };
  return (
    <FormDialog
      title={group ? text.change(group.name) : text.add}
      submit={strings.save}
      onSubmit={save}
      onClose={onClose}
      isReady={name.trim() !== '' && whole.length === conditions.length}
      isWide
    >
      {!group && (
        <Field label={text.name} required>
          <Input value={name} maxLength={256} onChange={(_event, { value }) => setName(value)} />
        </Field>
      )}
      <div className={styles.soft}>
        {conditions.length === 0 ? text.noConditions : text.conditions}
      </div>
      {conditions.map(({ key, ...condition }, index) => (
        <ConditionFields
          key={key}
          condition={condition}
          number={index + 1}
          onChange={(part) => change(key, part)}
          onRemove={() => setConditions(conditions.filter((each) => each.key !== key))}
        />
      ))}
      {conditions.length < 20 && (
        <div>
          <Button
            onClick={() =>
              setConditions([
                ...conditions,
                {
                  key: Math.max(-1, ...conditions.map((each) => each.key)) + 1,
                  property: 'name',
                  operator: 'startsWith',
                  value: '',
                },
              ])
            }
          >
            {text.addCondition}
          </Button>
        </div>
      )}
      <Preview name={name.trim()} conditions={whole} />
    </FormDialog>
  );
}

/** One condition of a rule, in a line. */
function ConditionFields({
  condition: { property, operator, value },
  number,
  onChange,
  onRemove,
}: {
  readonly condition: Condition;
  readonly number: number;
  readonly onChange: (part: Partial<Condition>) => void;
  readonly onRemove: () => void;
}) {
  const styles = useStyles();
  return (
    <div className={styles.condition}>
      <Select
        className={styles.narrow}
        aria-label={`${text.property} ${number}`}
        value={property}
        onChange={(_event, data) => onChange({ property: data.value as Condition['property'] })}
      >
        {Object.entries(text.properties).map(([id, title]) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </Select>
      <Select
        className={styles.narrow}
        aria-label={`${text.operator} ${number}`}
        value={operator}
        onChange={(_event, data) => onChange({ operator: data.value as Condition['operator'] })}
      >
        {Object.entries(text.operators).map(([id, title]) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </Select>
      <Input
        aria-label={`${text.value} ${number}`}
        value={value}
        maxLength={256}
        onChange={(_event, data) => onChange({ value: data.value })}
      />
      <Button
        size="small"
        appearance="subtle"
        aria-label={text.removeCondition(number)}
        onClick={onRemove}
      >
        {strings.remove}
      </Button>
    </div>
  );
}

interface Devices {
  readonly devices: readonly { readonly id: string; readonly name: string; readonly os: string }[];
  readonly count: number;
}

const shownDevices = 30;

/** What somebody who is limited to it would see now. */
function Preview({ name, conditions }: DeviceGroup) {
  const styles = useStyles();
  const path = useTenantPath();
  const asked = useSettled(JSON.stringify({ name: name || 'preview', conditions }));
  const { data, error } = useQuery({
    queryKey: ['device-group-preview', asked],
    queryFn: () =>
      ask<Devices>('POST', path('/device-groups/preview'), { body: JSON.parse(asked) as object }),
    enabled: !asked.startsWith('{"name":"preview","conditions":[]'),
    placeholderData: keepPreviousData,
  });
  if (name === '' && conditions.length === 0) return null;
  return (
    <div>
      <div>{text.preview}</div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <section className={styles.preview} aria-live="polite" aria-label={text.preview} tabIndex={0}>
        {!data && (error?.message ?? text.previewing)}
        {data?.count === 0 && text.none}
        {data && data.count > 0 && (
          <>
            <strong>{text.count(data.count.toLocaleString('en'))}</strong>
            <ul className={styles.devices}>
              {data.devices.slice(0, shownDevices).map((device) => (
                <li key={device.id}>
                  {device.name || device.id} <span className={styles.soft}>{device.os}</span>
                </li>
              ))}
            </ul>
            {data.count > shownDevices && text.andMore(String(data.count - shownDevices))}
          </>
        )}
      </section>
    </div>
  );
}
