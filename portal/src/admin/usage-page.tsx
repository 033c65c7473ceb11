import { Button, makeStyles, ProgressBar, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useSession } from '../app/session-context.js';
import { openHunt } from '../data/open-hunt.js';
import { Instant } from '../data/tables-page.js';
import { countText, secondsText } from '../hunt/numbers.js';
import { Choice } from '../page/choice.js';
import { numberOf, type Row, textOf, useHunt } from '../page/hunt-rows.js';
import { Card, PageHead, Section } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads, Refresh } from '../page/states.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  quotas: { display: 'grid', gap: '6px', minWidth: '260px' },
  query: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    display: 'block',
    maxWidth: '520px',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  },
});

const text = strings.usage;

interface Quota {
  readonly kind: 'calls' | 'runningTime' | 'cpu';
  readonly used: number;
  readonly limit: number;
  readonly windowSeconds: number;
}

interface Usage {
  readonly generation: string;
  readonly profile: string;
  readonly limits: { readonly rows: number; readonly seconds: number };
  readonly sharedBy: 'tenant' | 'application';
  readonly quotas: readonly Quota[];
}

/** What hunts have used: quotas, people, the heaviest. */
export function UsagePage() {
  const { session } = useSession();
  const usage = useQuery({
    queryKey: ['usage'],
    queryFn: () => ask<{ usage: readonly Usage[] }>('GET', '/api/quarry/usage'),
  });
  const mayRead = session.may.audit && session.may.hunt;
  return (
    <>
      <PageHead title={strings.pages.usage} hint={text.hint} />
      <Section title={text.quotas}>
        <Loads query={usage} lines={4}>
          {({ usage: all }) => (
            <List
              label={text.quotas}
              items={all}
              columns={quotaColumns}
              keyOf={({ generation }) => generation}
            />
          )}
        </Loads>
      </Section>
      {mayRead ? (
        <Hunts />
      ) : (
        <Section title={text.people}>
          <Card>{text.noAudit}</Card>
        </Section>
      )}
    </>
  );
}

function Hunts() {
  const [days, setDays] = useState('7');
  const hunts = `QuarryAuditLogs | where Timestamp > ago(${days}d) and Kind == "Hunt"`;
  const people = useHunt(
    `${hunts} | summarize Hunts = count(), Failed = countif(Outcome != "Succeeded"), Cpu = sum(CpuSeconds), Duration = sum(DurationSeconds), Last = max(Timestamp) by ActorName, ActorType | top 200 by Cpu desc`,
  );
  const heavy = useHunt(
    `${hunts} and isnotnull(CpuSeconds) | top 50 by CpuSeconds desc | project Timestamp, ActorName, CpuSeconds, DurationSeconds, RowCount, Outcome, QueryText`,
  );
  return (
    <>
      <Section
        title={text.people}
        actions={
          <>
            <Choice label={text.days} value={days} options={text.spans} onChange={setDays} />
            <Refresh queries={[people, heavy]} />
          </>
        }
      >
        <Loads query={people}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title={text.none} hint={text.noneHint} />
            ) : (
              <List
                label={text.people}
                items={rows}
                columns={peopleColumns}
                keyOf={(row) => `${textOf(row, 'ActorType')} ${textOf(row, 'ActorName')}`}
                textOf={(row) => textOf(row, 'ActorName')}
                initial={{ column: 'Cpu', descending: true }}
              />
            )
          }
        </Loads>
      </Section>
      {heavy.data && heavy.data.length > 0 && (
        <Section title={text.heavy}>
          <List
            label={text.heavy}
            items={heavy.data}
            columns={heavyColumns}
            keyOf={(row) => `${textOf(row, 'Timestamp')} ${textOf(row, 'QueryText').slice(0, 200)}`}
            textOf={(row) => `${textOf(row, 'ActorName')} ${textOf(row, 'QueryText')}`}
            initial={{ column: 'CpuSeconds', descending: true }}
          />
        </Section>
      )}
    </>
  );
}

const quotaColumns: readonly ListColumn<Usage>[] = [
  { id: 'path', title: text.path, cell: ({ generation }) => generation },
  { id: 'profile', title: text.profile, cell: ({ profile }) => profile },
  {
    id: 'rows',
    title: text.rows,
    kind: 'number',
    cell: ({ limits }) => limits.rows.toLocaleString('en'),
  },
  {
    id: 'seconds',
    title: text.seconds,
    kind: 'number',
    cell: ({ limits }) => limits.seconds.toLocaleString('en'),
  },
  { id: 'quota', title: text.quota, cell: (usage) => <Quotas usage={usage} /> },
];

function Quotas({ usage: { quotas, sharedBy } }: { readonly usage: Usage }) {
  const styles = useStyles();
  if (quotas.length === 0) return text.noQuota;
  return (
    <span className={styles.quotas}>
      {quotas.map(({ kind, used, limit, windowSeconds }) => {
        const words = `${countText(Math.round(used))} of ${countText(limit)} ${text.kinds[kind]} ${text.window(spanText(windowSeconds))}, ${text.sharedBy[sharedBy]}`;
        return (
          <span key={`${kind} ${windowSeconds}`}>
            {words}
            <ProgressBar
              value={Math.min(1, used / limit)}
              color={used >= limit ? 'error' : used > 0.8 * limit ? 'warning' : 'brand'}
              aria-label={words}
            />
          </span>
        );
      })}
    </span>
  );
}

function spanText(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return `${Math.round(seconds / 60)} min`;
}

const number = (
  name: string,
  title: string,
  shown: (value: number) => string = (value) => value.toLocaleString('en'),
): ListColumn<Row> => ({
  id: name,
  title,
  kind: 'number',
  sort: (row) => numberOf(row, name),
  cell: (row) => shown(numberOf(row, name)),
});

const words = (name: string, title: string): ListColumn<Row> => ({
  id: name,
  title,
  sort: (row) => textOf(row, name),
  cell: (row) => textOf(row, name),
});

const instant = (name: string, title: string): ListColumn<Row> => ({
  id: name,
  title,
  sort: (row) => textOf(row, name),
  cell: (row) => <Instant at={textOf(row, name)} ago="only" />,
});

const peopleColumns: readonly ListColumn<Row>[] = [
  words('ActorName', text.who),
  words('ActorType', text.kind),
  number('Hunts', text.hunts),
  number('Failed', text.failed),
  number('Cpu', text.cpu, secondsText),
  number('Duration', text.duration, secondsText),
  instant('Last', text.when),
];

const heavyColumns: readonly ListColumn<Row>[] = [
  number('CpuSeconds', text.cpu, secondsText),
  number('DurationSeconds', text.duration, secondsText),
  number('RowCount', text.rowsRead),
  words('ActorName', text.who),
  instant('Timestamp', text.when),
  {
    id: 'query',
    title: text.query,
    cell: (row) => <QueryText value={textOf(row, 'QueryText')} />,
  },
  {
    id: 'open',
    title: '',
    kind: 'actions',
    cell: (row) => (
      <Button
        size="small"
        aria-label={text.openOf}
        onClick={() => void openHunt(textOf(row, 'ActorName'), textOf(row, 'QueryText'))}
      >
        {text.open}
      </Button>
    ),
  },
];

function QueryText({ value }: { readonly value: string }) {
  const styles = useStyles();
  return (
    <code className={styles.query} title={value.slice(0, 2000)}>
      {value.replaceAll(/\s+/g, ' ').slice(0, 200)}
    </code>
  );
}
