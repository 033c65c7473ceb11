import {
  Badge,
  Button,
  Checkbox,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
} from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';
import { FormDialog } from '../page/dialogs.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Loads } from '../page/states.js';
import type { Retention, TableRetention } from './model.js';
import { strings } from './strings.js';

const text = strings.retention;
const longestDays = 36_500;

/** How long events are kept, and to change it. */
export function RetentionPage() {
  const { session } = useSession();
  const path = `/api/quarry/tenants/${encodeURIComponent(session.tenant.id)}/retention`;
  const retention = useQuery({
    queryKey: ['retention'],
    queryFn: () => ask<Retention>('GET', path),
  });
  const [changed, setChanged] = useState<TableRetention | 'all'>();
  const columns: ListColumn<TableRetention>[] = [
    { id: 'table', title: text.table, sort: ({ table }) => table, cell: ({ table }) => table },
    {
      id: 'kept',
      title: text.kept,
      sort: ({ retentionDays }) => retentionDays ?? longestDays + 1,
      cell: ({ retentionDays }) => daysText(retentionDays),
    },
    {
      id: 'own',
      title: text.own,
      sort: ({ isOwn }) => Number(isOwn),
      cell: ({ isOwn }) =>
        isOwn ? (
          <Badge appearance="tint" color="brand">
            {text.own}
          </Badge>
        ) : (
          text.asAll
        ),
    },
    {
      id: 'actions',
      title: '',
      kind: 'actions',
      cell: (each) => (
        <Button
          size="small"
          aria-label={text.changeOf(each.table)}
          onClick={() => setChanged(each)}
        >
          {text.change}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHead title={strings.pages.retention} hint={text.hint}>
        {retention.data && (
          <>
            <span>
              {text.all}: <strong>{daysText(retention.data.retentionDays)}</strong>
            </span>
            <Button onClick={() => setChanged('all')} aria-label={text.changeAll}>
              {text.change}
            </Button>
          </>
        )}
      </PageHead>
      <Loads query={retention}>
        {({ effective }) => (
          <List
            label={strings.pages.retention}
            items={effective}
            columns={columns}
            keyOf={({ table }) => table}
            textOf={({ table }) => table}
            initial={{ column: 'table', descending: false }}
          />
        )}
      </Loads>
      {changed && retention.data && (
        <Change
          of={changed}
          now={retention.data}
          path={path}
          onClose={() => setChanged(undefined)}
        />
      )}
    </>
  );
}

function Change({
  of,
  now,
  path,
  onClose,
}: {
  readonly of: TableRetention | 'all';
  readonly now: Retention;
  readonly path: string;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const before = of === 'all' ? now.retentionDays : of.retentionDays;
  const [kind, setKind] = useState(
    of !== 'all' && !of.isOwn ? 'as-all' : before === null ? 'forever' : 'days',
  );
  const [days, setDays] = useState(String(before ?? 365));
  const [understood, setUnderstood] = useState(false);
  const count = Number(days);
  const isRight =
    kind !== 'days' || (Number.isInteger(count) && count >= 1 && count <= longestDays);
  const after = kind === 'as-all' ? now.retentionDays : kind === 'forever' ? null : count;
  const isShorter = after !== null && (before === null || after < before);
  const save = async () => {
    const body =
      of === 'all' ? { retentionDays: after } : { tables: tablesWith(now, of.table, kind, count) };
    await ask('PUT', path, { body });
    await client.invalidateQueries();
  };
  return (
    <FormDialog
      title={of === 'all' ? text.changeAll : text.changeOf(of.table)}
      submit={text.save}
      onSubmit={save}
      onClose={onClose}
      isReady={isRight && (!isShorter || understood)}
      isDangerous={isShorter}
    >
      <RadioGroup
        value={kind}
        onChange={(_event, { value }) => setKind(value)}
        aria-label={text.kept}
      >
        {of !== 'all' && (
          <Radio value="as-all" label={`${text.asAllChoice} (${daysText(now.retentionDays)})`} />
        )}
        <Radio value="days" label={of === 'all' ? text.days : text.ownChoice} />
        <Radio value="forever" label={text.keepForEver} />
      </RadioGroup>
      {kind === 'days' && (
        <Field
          label={text.days}
          {...(!isRight && { validationMessage: text.wrong, validationState: 'error' as const })}
        >
          <Input
            type="number"
            min={1}
            max={longestDays}
            value={days}
            onChange={(_event, { value }) => setDays(value)}
          />
        </Field>
      )}
      {isShorter && (
        <>
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{text.shorter}</MessageBarBody>
          </MessageBar>
          <Checkbox
            label={text.understood}
            checked={understood}
            onChange={(_event, { checked }) => setUnderstood(checked === true)}
          />
        </>
      )}
    </FormDialog>
  );
}

/** The server takes all tables that have a time of their own at once. */
function tablesWith(now: Retention, table: string, kind: string, days: number) {
  const { [table]: _before, ...others } = now.tables;
  if (kind === 'as-all') return others;
  return { ...others, [table]: kind === 'forever' ? null : days };
}

function daysText(days: number | null): string {
  return days === null ? text.forEver : text.keptDays(days);
}
