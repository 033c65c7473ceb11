import {
  Button,
  Field,
  Link as FluentLink,
  makeStyles,
  mergeClasses,
  ProgressBar,
  Select,
  tokens,
} from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { NewAppSecret } from '../admin/new-app-secret.js';
import { useSession } from '../app/session-context.js';
import { CopyButton } from '../page/dialogs.js';
import { Card, PageHead, Section } from '../page/layout.js';
import { collectors, placeholder } from './collectors.js';
import type { FileSummary } from './model.js';
import { bracketed, openHunt } from './open-hunt.js';
import { strings } from './strings.js';
import { maxUploadBytes, uploadFile } from './upload.js';

const useStyles = makeStyles({
  drop: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    gap: '8px',
    padding: '28px 16px',
    textAlign: 'center',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `2px dashed ${tokens.colorNeutralStrokeAccessible}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  over: { backgroundColor: tokens.colorBrandBackground2 },
  hint: { margin: 0, color: tokens.colorNeutralForeground2, maxWidth: '640px' },
  hidden: { display: 'none' },
  files: { listStyle: 'none', margin: '12px 0 0', padding: 0, display: 'grid', gap: '8px' },
  file: { display: 'grid', gap: '4px' },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  facts: { margin: 0, paddingLeft: '18px' },
  bad: { color: tokens.colorStatusDangerForeground1 },
  row: { display: 'flex', gap: '8px', alignItems: 'center', flexWrap: 'wrap' },
  config: {
    margin: '8px 0 0',
    padding: '12px',
    overflow: 'auto',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
  collector: {
    display: 'flex',
    gap: '12px',
    alignItems: 'flex-end',
    flexWrap: 'wrap',
    // The longest name of a collector does not make it wider than the page.
    '& > *': { maxWidth: '100%' },
    '& select': { width: '100%', minWidth: 0, textOverflow: 'ellipsis' },
  },
});

const text = strings.add;

interface Delivery {
  readonly id: number;
  readonly name: string;
  readonly state: 'waiting' | 'sending' | 'storing' | 'done' | 'failed';
  readonly share: number;
  readonly summary?: FileSummary;
  readonly problem?: string;
}

/** Own data: a file, or what a collector has to be told. */
export function AddPage() {
  const { session } = useSession();
  return (
    <>
      <PageHead title={strings.pages.add} hint={text.hint} />
      <Section title={text.file} hint={text.fileHint}>
        {session.may.ingest ? <Files /> : <Card>{text.notYours}</Card>}
      </Section>
      <Section title={text.collector} hint={text.collectorHint}>
        <CollectorConfig />
      </Section>
    </>
  );
}

function Files() {
  const styles = useStyles();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const lastId = useRef(0);
  const [isOver, setIsOver] = useState(false);
  const [deliveries, setDeliveries] = useState<readonly Delivery[]>([]);
  const change = (id: number, part: Partial<Delivery>) =>
    setDeliveries((before) => before.map((each) => (each.id === id ? { ...each, ...part } : each)));

  const take = (files: Iterable<File>) => {
    for (const file of files) {
      lastId.current += 1;
      const id = lastId.current;
      setDeliveries((before) => [{ id, name: file.name, state: 'waiting', share: 0 }, ...before]);
      // One after the other: each is a whole request, and the server has other work.
      queue.current = queue.current.then(() => deliver(id, file));
    }
  };
  const deliver = async (id: number, file: File) => {
    if (file.size > maxUploadBytes) {
      change(id, { state: 'failed', problem: text.tooLarge });
      return;
    }
    change(id, { state: 'sending' });
    try {
      const summary = await uploadFile(
        file,
        (share) => change(id, { share, state: share >= 1 ? 'storing' : 'sending' }),
        new AbortController().signal,
      );
      change(id, { state: 'done', summary });
      await client.invalidateQueries();
    } catch (error) {
      change(id, { state: 'failed', problem: (error as Error).message });
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keys */}
      <div
        className={mergeClasses(styles.drop, isOver && styles.over)}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
      >
        <span>{text.drop}</span>
        <Button appearance="primary" onClick={() => input.current?.click()}>
          {text.choose}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          className={styles.hidden}
          aria-label={text.choose}
          tabIndex={-1}
          onChange={(event) => {
            take(event.target.files ?? []);
            event.target.value = '';
          }}
        />
      </div>
      <ul className={styles.files} aria-live="polite">
        {deliveries.map((delivery) => (
          <li key={delivery.id}>
            <Card>
              <FileState delivery={delivery} />
            </Card>
          </li>
        ))}
      </ul>
    </>
  );
}

function FileState({ delivery }: { readonly delivery: Delivery }) {
  const styles = useStyles();
  const { name, state, share, summary, problem } = delivery;
  const percent = Math.floor(share * 100);
  return (
    <div className={styles.file}>
      <span className={styles.name}>{name}</span>
      {state === 'waiting' && <span className={styles.hint}>{text.waiting}</span>}
      {state === 'sending' && (
        <>
          <span>{text.sending(percent)}</span>
          <ProgressBar value={share} aria-label={text.sending(percent)} />
        </>
      )}
      {state === 'storing' && (
        <>
          <span>{text.storing}</span>
          <ProgressBar aria-label={text.storing} />
        </>
      )}
      {state === 'failed' && (
        <span className={styles.bad} role="alert">
          {text.failed}: {problem}
        </span>
      )}
      {summary && <Outcome summary={summary} />}
    </div>
  );
}

function Outcome({ summary }: { readonly summary: FileSummary }) {
  const styles = useStyles();
  const [, navigate] = useLocation();
  const tables = Object.entries(summary.byTable).sort(([, a], [, b]) => b - a);
  const reasons = Object.entries(summary.byReason);
  const facts = [
    [summary.accepted, text.accepted],
    [summary.duplicate, text.duplicate],
    [summary.merged ?? 0, text.merged],
    [summary.rejected, text.rejected],
    [summary.unmapped ?? 0, text.unmapped],
    [summary.expired, text.expired],
  ] as const;
  const told = facts.filter(([count]) => count > 0);
  return (
    <>
      {told.length === 0 && <span>{text.nothing}</span>}
      <span>{told.map(([count, words]) => words(count.toLocaleString('en'))).join(', ')}</span>
      {summary.source && (
        <span className={styles.hint}>
          {text.source} {summary.source}
        </span>
      )}
      {tables.length > 0 && (
        <span className={styles.row}>
          {text.intoTables}
          {tables.map(([table, count]) => (
            <FluentLink
              key={table}
              as="button"
              title={text.openHunt(table)}
              onClick={() =>
                void openHunt(
                  table,
                  `${bracketed(table)}\n| order by ingestion_time() desc\n| take 100`,
                  'P3650D',
                )
              }
            >
              {table} ({count.toLocaleString('en')})
            </FluentLink>
          ))}
        </span>
      )}
      {(reasons.length > 0 || summary.incomplete || summary.unrecognized) && (
        <>
          <span className={styles.row}>
            {text.noMap}
            {summary.deadLetters > 0 && (
              <Button size="small" onClick={() => navigate('/data/errors')}>
                {text.seeErrors}
              </Button>
            )}
          </span>
          <ul className={styles.facts}>
            {reasons.map(([reason, count]) => (
              <li key={reason}>
                {reason}: {count.toLocaleString('en')}
              </li>
            ))}
            {summary.incomplete && (
              <li>
                {text.incomplete}: {summary.incomplete}
              </li>
            )}
            {summary.unrecognized?.map((member) => (
              <li key={member}>
                {text.unrecognized} {member}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function CollectorConfig() {
  const styles = useStyles();
  const { session } = useSession();
  const [first] = collectors;
  const [id, setId] = useState(first?.id ?? '');
  const [credentials, setCredentials] = useState<{ clientId: string; secret: string }>(placeholder);
  const [isMaking, setIsMaking] = useState(false);
  const collector = collectors.find((each) => each.id === id) ?? first;
  if (!collector) return null;
  const { origin } = window.location;
  const config = collector.config({ origin, ...credentials });
  return (
    <Card>
      <div className={styles.collector}>
        <Field label={text.protocol}>
          <Select value={id} onChange={(_event, { value }) => setId(value)}>
            {collectors.map((each) => (
              <option key={each.id} value={each.id}>
                {each.title}
              </option>
            ))}
          </Select>
        </Field>
        {session.may.administer ? (
          <Button onClick={() => setIsMaking(true)}>{text.makeApp}</Button>
        ) : (
          <span className={styles.hint}>{text.askAdmin}</span>
        )}
      </div>
      <p>
        {text.endpoint}: <code>{origin + collector.path}</code>
      </p>
      <div className={styles.row}>
        <span className={styles.name}>{text.config}</span>
        <CopyButton text={config} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre className={styles.config} tabIndex={0}>
        {config}
      </pre>
      {isMaking && (
        <NewAppSecret
          name={collector.id}
          roles={['Telemetry.Ingest']}
          onMade={setCredentials}
          onClose={() => setIsMaking(false)}
        />
      )}
    </Card>
  );
}
