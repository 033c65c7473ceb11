import {
  Button,
  Checkbox,
  Link as FluentLink,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { usePreferences } from '../app/preferences.js';
import { useSession } from '../app/session-context.js';
import { agoText, bytesText, countText } from '../hunt/numbers.js';
import { useSchema } from '../hunt/queries.js';
import { numberOf, textOf, useHunt } from '../page/hunt-rows.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads, Refresh } from '../page/states.js';
import { showDatetime } from '../results/values/datetime.js';
import type { StoredTable } from './model.js';
import { bracketed, openHunt } from './open-hunt.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  name: { fontWeight: tokens.fontWeightSemibold },
  soft: { color: tokens.colorNeutralForeground3 },
  bars: { display: 'flex', alignItems: 'center', gap: '8px', minWidth: '176px' },
  line: { fill: tokens.colorCompoundBrandBackground },
});

const text = strings.tables;
const hourMs = 3_600_000;
const hours = 24;

/** What is stored of each table, and what has come in the last day. */
export function TablesPage() {
  const styles = useStyles();
  const { session } = useSession();
  const schema = useSchema();
  const [showsEmpty, setShowsEmpty] = useState(false);
  const tables = (schema.data?.tables ?? []) as readonly StoredTable[];
  // Earlier generations' names show the same rows again.
  const stored = tables.filter(({ timeColumn, category }) => timeColumn && category !== earlier);
  const filled = stored.filter(({ rows = 0 }) => rows > 0);
  const perHour = useEventsPerHour(filled);
  const columns: ListColumn<StoredTable>[] = [
    {
      id: 'name',
      title: text.name,
      sort: ({ name }) => name,
      cell: ({ name, timeColumn }) => (
        <FluentLink
          as="button"
          className={styles.name}
          title={text.open(name)}
          onClick={() => void openHunt(name, `${bracketed(name)}\n| top 100 by ${timeColumn} desc`)}
        >
          {name}
        </FluentLink>
      ),
    },
    {
      id: 'category',
      title: text.category,
      sort: (each) => each.category,
      cell: (each) => each.category,
    },
    {
      id: 'rows',
      title: text.rows,
      kind: 'number',
      sort: ({ rows = 0 }) => rows,
      cell: ({ rows = 0 }) =>
        rows === 0 ? <span className={styles.soft}>0</span> : rows.toLocaleString('en'),
    },
    {
      id: 'bytes',
      title: text.size,
      kind: 'number',
      sort: ({ bytes = 0 }) => bytes,
      cell: ({ bytes = 0 }) => (bytes === 0 ? '' : bytesText(bytes)),
    },
    {
      id: 'first',
      title: text.first,
      sort: ({ firstEvent }) => firstEvent ?? '',
      cell: ({ firstEvent }) => <Instant at={firstEvent} />,
    },
    {
      id: 'last',
      title: text.last,
      sort: ({ lastEvent }) => lastEvent ?? '',
      cell: ({ lastEvent }) => <Instant at={lastEvent} ago="besides" />,
    },
    {
      id: 'day',
      title: text.day,
      sort: ({ name }) => total(perHour.get(name)),
      cell: ({ name }) => <Hours table={name} counts={perHour.get(name)} />,
    },
  ];
  const { deviceGroups } = session;
  return (
    <>
      <PageHead
        title={strings.pages.tables}
        hint={deviceGroups ? text.limited(deviceGroups.join(', ')) : text.hint}
      >
        <Checkbox
          label={text.all}
          checked={showsEmpty}
          onChange={(_event, { checked }) => setShowsEmpty(checked === true)}
        />
        <Refresh queries={[schema]} />
      </PageHead>
      <Loads query={schema}>
        {() =>
          filled.length === 0 && !showsEmpty ? (
            <NoEvents />
          ) : (
            <List
              label={strings.pages.tables}
              items={showsEmpty ? stored : filled}
              columns={columns}
              keyOf={({ name }) => name}
              textOf={({ name, category, description }) => `${name} ${category} ${description}`}
              initial={{ column: 'rows', descending: true }}
            />
          )
        }
      </Loads>
    </>
  );
}

const earlier = 'Earlier names';

function NoEvents() {
  const { session } = useSession();
  const [, navigate] = useLocation();
  if (session.deviceGroups) {
    return <Empty title={text.emptyLimited} hint={text.emptyLimitedHint} />;
  }
  return (
    <Empty title={text.empty} hint={text.emptyHint}>
      {(session.may.ingest || session.may.administer) && (
        <Button appearance="primary" onClick={() => navigate('/data/add')}>
          {text.add}
        </Button>
      )}
    </Empty>
  );
}

export function Instant({
  at,
  ago,
}: {
  readonly at: string | null | undefined;
  /** How long ago it is, besides or instead. */
  readonly ago?: 'besides' | 'only';
}) {
  const styles = useStyles();
  const { timeZone } = usePreferences();
  if (!at) return null;
  return (
    <time dateTime={at} title={`${showDatetime(at, 'utc')}, ${showDatetime(at, 'local')}`}>
      {ago === 'only' ? agoText(at) : showDatetime(at, timeZone).slice(0, 16).replace('T', ' ')}
      {ago === 'besides' && <span className={styles.soft}> · {agoText(at)}</span>}
    </time>
  );
}

/** Counts of the last hours by table: one hunt for all of them. */
function useEventsPerHour(tables: readonly StoredTable[]): ReadonlyMap<string, readonly number[]> {
  const query = useMemo(() => {
    const parts = tables.map(
      ({ name, timeColumn }) =>
        `(${bracketed(name)} | where ${timeColumn} > ago(${hours}h) | summarize Events = count() by Hour = toint((now() - ${timeColumn}) / 1h) | extend Of = '${name}')`,
    );
    return parts.length === 0 ? '' : `union ${parts.join(', ')}`;
  }, [tables]);
  const { data } = useHunt(query, { enabled: query !== '' });
  return useMemo(() => {
    const counts = new Map<string, number[]>();
    for (const row of data ?? []) {
      const table = textOf(row, 'Of');
      const known = counts.get(table) ?? Array.from({ length: hours }, () => 0);
      const hour = hours - 1 - numberOf(row, 'Hour');
      if (hour >= 0 && hour < hours) known[hour] = numberOf(row, 'Events');
      counts.set(table, known);
    }
    return counts;
  }, [data]);
}

function total(counts: readonly number[] | undefined): number {
  return (counts ?? []).reduce((sum, count) => sum + count, 0);
}

const barWidth = 4;
const height = 18;

function Hours({
  table,
  counts,
}: {
  readonly table: string;
  readonly counts: readonly number[] | undefined;
}) {
  const styles = useStyles();
  const sum = total(counts);
  if (!counts || sum === 0) return <span className={styles.bars} />;
  const most = Math.max(...counts);
  const start = Date.now() - hours * hourMs;
  return (
    <span className={styles.bars}>
      <svg
        width={hours * barWidth}
        height={height}
        role="img"
        aria-label={text.dayOf(table, sum.toLocaleString('en'))}
      >
        {counts.map((count, hour) => {
          const size = count === 0 ? 0 : Math.max(1, (height * count) / most);
          const at = new Date(start + hour * hourMs).toISOString().slice(11, 13);
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: an hour is its place
              key={hour}
              className={styles.line}
              x={hour * barWidth}
              y={height - size}
              width={barWidth - 1}
              height={size}
            >
              <title>{`${at}:00 · ${count.toLocaleString('en')}`}</title>
            </rect>
          );
        })}
      </svg>
      <span className={styles.soft}>
        {sum < hours ? '<1' : countText(Math.round(sum / hours))} {text.perHour}
      </span>
    </span>
  );
}
