import { Badge, Button, makeStyles, tokens } from '@fluentui/react-components';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';
import { ConfirmDialog } from '../page/dialogs.js';
import { type Row, textOf, useHunt } from '../page/hunt-rows.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads, Refresh } from '../page/states.js';
import { openHunt, quoted } from './open-hunt.js';
import { strings } from './strings.js';
import { Instant } from './tables-page.js';

const useStyles = makeStyles({
  name: { fontWeight: tokens.fontWeightSemibold },
  tags: { display: 'flex', gap: '4px' },
  actions: { display: 'flex', gap: '4px', justifyContent: 'flex-end' },
});

const text = strings.devices;
const most = 5000;

const devices = `DeviceInfo
| summarize arg_max(Timestamp, DeviceName, OSPlatform, OSVersion, MachineGroup, PublicIP,
    OnboardingStatus, DeviceManualTags, RegistryDeviceTag) by DeviceId
| top ${most} by DeviceName asc`;

/** Every device that the user may see, and its groups. */
export function DevicesPage() {
  const styles = useStyles();
  const { session } = useSession();
  const list = useHunt(devices);
  const [purged, setPurged] = useState<string>();
  const columns: ListColumn<Row>[] = [
    {
      id: 'DeviceName',
      title: text.name,
      sort: nameOf,
      cell: (row) => <span className={styles.name}>{nameOf(row)}</span>,
    },
    {
      id: 'os',
      title: text.os,
      sort: (row) => textOf(row, 'OSPlatform'),
      cell: (row) => `${textOf(row, 'OSPlatform')} ${textOf(row, 'OSVersion')}`,
    },
    column('MachineGroup', text.group),
    {
      id: 'tags',
      title: text.tags,
      cell: (row) => (
        <span className={styles.tags}>
          {tagsOf(row).map((tag) => (
            <Badge key={tag} appearance="tint" color="informative">
              {tag}
            </Badge>
          ))}
        </span>
      ),
    },
    column('PublicIP', text.address),
    column('OnboardingStatus', text.status),
    {
      id: 'Timestamp',
      title: text.seen,
      sort: (row) => textOf(row, 'Timestamp'),
      cell: (row) => <Instant at={textOf(row, 'Timestamp')} ago="only" />,
    },
    {
      id: 'actions',
      title: '',
      kind: 'actions',
      cell: (row) => (
        <span className={styles.actions}>
          <Button
            size="small"
            aria-label={text.events(nameOf(row))}
            onClick={() => void openHunt(nameOf(row), eventsOf(textOf(row, 'DeviceId')), 'P1D')}
          >
            {text.hunt}
          </Button>
          {session.may.administer && (
            <Button
              size="small"
              appearance="subtle"
              icon={<DeleteRegular />}
              aria-label={text.purgeTitle(nameOf(row))}
              title={text.purge}
              onClick={() => setPurged(nameOf(row))}
            />
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <PageHead title={strings.pages.devices} hint={text.hint}>
        <Refresh queries={[list]} />
      </PageHead>
      <Loads query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={text.empty} hint={text.emptyHint} />
          ) : (
            <List
              label={strings.pages.devices}
              items={rows}
              columns={columns}
              keyOf={(row) => textOf(row, 'DeviceId')}
              textOf={(row) => Object.values(row).join(' ')}
              initial={{ column: 'DeviceName', descending: false }}
              beside={rows.length === most ? text.most : undefined}
            />
          )
        }
      </Loads>
      {purged !== undefined && <Purge device={purged} onClose={() => setPurged(undefined)} />}
    </>
  );
}

interface PurgePlan {
  readonly rows: number;
  readonly tables: Readonly<Record<string, number>>;
}

function Purge({ device, onClose }: { readonly device: string; readonly onClose: () => void }) {
  const { session } = useSession();
  const client = useQueryClient();
  const path = `/api/quarry/tenants/${encodeURIComponent(session.tenant.id)}/purge`;
  const plan = useQuery({
    queryKey: ['purge', device],
    queryFn: () => ask<PurgePlan>('POST', path, { body: { device, dryRun: true } }),
    staleTime: 0,
  });
  const hint = plan.data
    ? text.purgeHint(
        plan.data.rows.toLocaleString('en'),
        Object.keys(plan.data.tables).join(', ') || '–',
      )
    : (plan.error?.message ?? text.purgeCounting);
  return (
    <ConfirmDialog
      title={text.purgeTitle(device)}
      hint={hint}
      submit={text.purge2}
      typed={device}
      onClose={onClose}
      onConfirm={async () => {
        await ask('POST', path, { body: { device } });
        await client.invalidateQueries();
      }}
    />
  );
}

const column = (name: string, title: string): ListColumn<Row> => ({
  id: name,
  title,
  sort: (row) => textOf(row, name),
  cell: (row) => textOf(row, name),
});

function nameOf(row: Row): string {
  return textOf(row, 'DeviceName') || textOf(row, 'DeviceId');
}

function tagsOf(row: Row): string[] {
  const manual = row['DeviceManualTags'];
  const tags = Array.isArray(manual) ? manual.map(String) : [];
  return [...new Set([textOf(row, 'RegistryDeviceTag'), ...tags])].filter(Boolean);
}

function eventsOf(deviceId: string): string {
  return `union isfuzzy=true withsource=SourceTable Device*Events\n| where DeviceId == ${quoted(deviceId)}\n| top 500 by Timestamp desc`;
}
