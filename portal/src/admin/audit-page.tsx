import { Badge, Button, makeStyles, SearchBox, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { openHunt, quoted } from '../data/open-hunt.js';
import { Instant } from '../data/tables-page.js';
import { Choice } from '../page/choice.js';
import { type Row, textOf, useHunt } from '../page/hunt-rows.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads, Refresh } from '../page/states.js';
import { useSettled } from '../page/use-settled.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    gap: '12px',
    flexWrap: 'wrap',
    alignItems: 'center',
    marginBottom: '12px',
  },
  search: { width: '420px' },
  details: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    display: '-webkit-box',
    WebkitLineClamp: 3,
    WebkitBoxOrient: 'vertical',
    overflow: 'hidden',
  },
});

const text = strings.audit;
const most = 500;

function queryOf(kind: string, time: string, search: string): string {
  return [
    'QuarryAuditLogs',
    `| where Timestamp > ago(${time})`,
    ...(kind === 'all' ? [] : [`| where Kind == ${quoted(kind)}`]),
    ...(search === ''
      ? []
      : [
          `| where strcat_delim(" ", Action, ActorName, ActorId, Address, Outcome, QueryText, Details) contains ${quoted(search)}`,
        ]),
    `| top ${most} by Timestamp desc`,
    '| project Timestamp, RecordId, Kind, Action, ActorName, ActorType, Address, Outcome, Status, QueryText, Details',
  ].join('\n');
}

/** Who did what, and who tried to. */
export function AuditPage() {
  const styles = useStyles();
  const [kind, setKind] = useState('Administration');
  const [time, setTime] = useState('7d');
  const [search, setSearch] = useState('');
  const query = queryOf(kind, time, useSettled(search.trim()));
  const records = useHunt(query);
  return (
    <>
      <PageHead title={strings.pages.audit} hint={text.hint}>
        <Refresh queries={[records]} />
        <Button onClick={() => void openHunt(strings.pages.audit, query, 'P365D')}>
          {text.hunt}
        </Button>
      </PageHead>
      <search className={styles.bar}>
        <SearchBox
          className={styles.search}
          placeholder={text.search}
          aria-label={text.searchLabel}
          value={search}
          onChange={(_event, { value }) => setSearch(value)}
        />
        <Choice label={text.kind} value={kind} options={text.kinds} onChange={setKind} />
        <Choice label={text.time} value={time} options={text.times} onChange={setTime} />
      </search>
      <Loads query={records} lines={10}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={text.none} hint={text.noneHint} />
          ) : (
            <List
              label={strings.pages.audit}
              items={rows}
              columns={columns}
              keyOf={(row) => textOf(row, 'RecordId')}
              initial={{ column: 'Timestamp', descending: true }}
              beside={rows.length === most ? text.most : undefined}
            />
          )
        }
      </Loads>
    </>
  );
}

const words = (name: string, title: string): ListColumn<Row> => ({
  id: name,
  title,
  sort: (row) => textOf(row, name),
  cell: (row) => textOf(row, name),
});

const columns: readonly ListColumn<Row>[] = [
  {
    id: 'Timestamp',
    title: text.when,
    sort: (row) => textOf(row, 'Timestamp'),
    cell: (row) => <Instant at={textOf(row, 'Timestamp')} ago="besides" />,
  },
  {
    id: 'ActorName',
    title: text.who,
    sort: (row) => textOf(row, 'ActorName'),
    cell: (row) => textOf(row, 'ActorName') || textOf(row, 'ActorType') || text.nobody,
  },
  words('Action', text.action),
  {
    id: 'Outcome',
    title: text.outcome,
    sort: (row) => textOf(row, 'Outcome'),
    cell: (row) => {
      const outcome = textOf(row, 'Outcome');
      return (
        <Badge appearance="tint" color={outcome === 'Succeeded' ? 'success' : 'warning'}>
          {outcome}
        </Badge>
      );
    },
  },
  {
    id: 'details',
    title: text.details,
    kind: 'wraps',
    cell: (row) => <Details value={textOf(row, 'QueryText') || textOf(row, 'Details')} />,
  },
  words('Address', text.address),
];

function Details({ value }: { readonly value: string }) {
  const styles = useStyles();
  return (
    <code className={styles.details} title={value.slice(0, 4000)}>
      {value.slice(0, 600)}
    </code>
  );
}
