import { Badge, Button, makeStyles, tokens } from '@fluentui/react-components';
import { useLocation } from 'wouter';
import { agoText, bytesText, secondsText } from '../hunt/numbers.js';
import { PageHead } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads } from '../page/states.js';
import { type SourceStatus, useIngestStatus } from './model.js';
import { strings } from './strings.js';
import { Instant } from './tables-page.js';

const useStyles = makeStyles({
  facts: { display: 'flex', gap: '12px', flexWrap: 'wrap', marginBottom: '16px' },
  fact: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    gap: '2px',
    minWidth: '220px',
    padding: '10px 14px',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  value: { fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
  soft: { color: tokens.colorNeutralForeground2 },
});

const text = strings.sources;
const silentMs = 15 * 60_000;

/** Who delivers what, how fast, and how far behind. */
export function SourcesPage() {
  const status = useIngestStatus();
  const [, navigate] = useLocation();
  return (
    <>
      <PageHead title={strings.pages.sources} hint={text.hint}>
        <Button onClick={() => navigate('/data/add')}>{strings.pages.add}</Button>
      </PageHead>
      <Loads query={status}>
        {({ sources, backlog, deadLetters }) =>
          sources.length === 0 ? (
            <Empty title={text.empty} hint={text.emptyHint}>
              <Button appearance="primary" onClick={() => navigate('/data/add')}>
                {strings.pages.add}
              </Button>
            </Empty>
          ) : (
            <>
              <Facts backlog={backlog} deadLetters={deadLetters} />
              <List
                label={strings.pages.sources}
                items={sources}
                columns={columns}
                keyOf={({ source, connector }) => `${source} ${connector}`}
                initial={{ column: 'lastReceived', descending: true }}
              />
            </>
          )
        }
      </Loads>
    </>
  );
}

function Facts({
  backlog,
  deadLetters,
}: {
  readonly backlog: { readonly bytes: number; readonly events: number };
  readonly deadLetters: number;
}) {
  const styles = useStyles();
  const [, navigate] = useLocation();
  return (
    <div className={styles.facts}>
      <div className={styles.fact}>
        <span className={styles.soft}>{text.backlog}</span>
        <span className={styles.value}>
          {text.backlogOf(backlog.events.toLocaleString('en'), bytesText(backlog.bytes))}
        </span>
      </div>
      <div className={styles.fact}>
        <span className={styles.soft}>{text.deadLetters}</span>
        <span className={styles.value}>{text.deadLettersOf(deadLetters.toLocaleString('en'))}</span>
        {deadLetters > 0 && (
          <Button size="small" onClick={() => navigate('/data/errors')}>
            {text.see}
          </Button>
        )}
      </div>
    </div>
  );
}

const count = (id: keyof SourceStatus & string, title: string): ListColumn<SourceStatus> => ({
  id,
  title,
  kind: 'number',
  sort: (source) => Number(source[id]),
  cell: (source) => Number(source[id]).toLocaleString('en'),
});

const rejectedOf = ({ rejected }: SourceStatus) =>
  Object.values(rejected).reduce((sum, each) => sum + each, 0);

const columns: readonly ListColumn<SourceStatus>[] = [
  { id: 'source', title: text.way, sort: ({ source }) => source, cell: ({ source }) => source },
  {
    id: 'connector',
    title: text.connector,
    sort: ({ connector }) => connector,
    cell: ({ connector }) => connector,
  },
  {
    id: 'lastReceived',
    title: text.lastReceived,
    sort: ({ lastReceived }) => lastReceived ?? '',
    cell: ({ lastReceived }) => {
      if (!lastReceived) return null;
      const isSilent = Date.now() - Date.parse(lastReceived) > silentMs;
      return (
        <Badge appearance="tint" color={isSilent ? 'warning' : 'success'}>
          {isSilent ? text.silent(agoText(lastReceived)) : text.live}
        </Badge>
      );
    },
  },
  count('ratePerMinute', text.rate),
  {
    id: 'lag',
    title: text.lag,
    kind: 'number',
    sort: ({ lagSeconds }) => lagSeconds ?? -1,
    cell: ({ lagSeconds }) => (lagSeconds === null ? '' : secondsText(lagSeconds)),
  },
  {
    id: 'lastEvent',
    title: text.lastEvent,
    sort: ({ lastEvent }) => lastEvent ?? '',
    cell: ({ lastEvent }) => <Instant at={lastEvent} ago="only" />,
  },
  count('accepted', text.accepted),
  count('duplicates', text.duplicates),
  {
    id: 'rejected',
    title: text.rejected,
    kind: 'number',
    sort: rejectedOf,
    cell: (source) => (
      <span
        title={Object.entries(source.rejected)
          .map(([reason, each]) => `${reason}: ${each.toLocaleString('en')}`)
          .join('\n')}
      >
        {rejectedOf(source).toLocaleString('en')}
      </span>
    ),
  },
  count('unmapped', text.unmapped),
  count('late', text.late),
  {
    id: 'bytes',
    title: text.volume,
    kind: 'number',
    sort: ({ bytes }) => bytes,
    cell: ({ bytes }) => bytesText(bytes),
  },
];
