import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useFocusReturn } from '../app/focus-return.js';
import { CopyButton } from '../page/dialogs.js';
import { numberOf, type Row, textOf, useHunt } from '../page/hunt-rows.js';
import { PageHead, Section } from '../page/layout.js';
import { List, type ListColumn } from '../page/list.js';
import { Empty, Loads, Refresh } from '../page/states.js';
import { strings as common } from '../page/strings.js';
import { openHunt } from './open-hunt.js';
import { strings } from './strings.js';
import { Instant } from './tables-page.js';

const useStyles = makeStyles({
  raw: {
    margin: 0,
    maxHeight: '50vh',
    overflow: 'auto',
    padding: '12px',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
  wide: { maxWidth: '900px' },
});

const text = strings.errors;

const byReason = `QuarryIngestErrors
| where Timestamp > ago(30d)
| summarize Events = count(), Last = max(Timestamp), Example = take_any(Reason)
    by ReasonCode, Source, Table, Column
| top 200 by Events desc`;

const latest = `QuarryIngestErrors
| top 200 by Timestamp desc
| project Timestamp, Source, Position, Table, Column, Reason, RawEvent, RawEventSize`;

/** What could not be stored, and why. */
export function ErrorsPage() {
  const reasons = useHunt(byReason);
  const events = useHunt(latest);
  const [shown, setShown] = useState<Row>();
  return (
    <>
      <PageHead title={strings.pages.errors} hint={text.hint}>
        <Refresh queries={[reasons, events]} />
        <Button onClick={() => void openHunt(strings.pages.errors, latest, 'P30D')}>
          {text.hunt}
        </Button>
      </PageHead>
      <Loads query={reasons}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={text.none} hint={text.noneHint} />
          ) : (
            <Section title={text.byReason}>
              <List
                label={text.byReason}
                items={rows}
                columns={reasonColumns}
                keyOf={(row) =>
                  ['ReasonCode', 'Source', 'Table', 'Column']
                    .map((name) => textOf(row, name))
                    .join()
                }
                textOf={(row) => Object.values(row).join(' ')}
                initial={{ column: 'Events', descending: true }}
              />
            </Section>
          )
        }
      </Loads>
      {events.data && events.data.length > 0 && (
        <Section title={text.latest}>
          <List
            label={text.latest}
            items={events.data}
            columns={eventColumns(setShown)}
            keyOf={(row) =>
              `${textOf(row, 'Timestamp')} ${textOf(row, 'Position')} ${textOf(row, 'Column')}`
            }
            textOf={(row) => Object.values(row).join(' ')}
          />
        </Section>
      )}
      {shown && <RawEvent row={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

const column = (name: string, title: string, kind?: 'wraps'): ListColumn<Row> => ({
  id: name,
  title,
  sort: (row) => textOf(row, name),
  cell: (row) => textOf(row, name),
  ...(kind && { kind }),
});

const reasonColumns: readonly ListColumn<Row>[] = [
  {
    id: 'Events',
    title: text.count,
    kind: 'number',
    sort: (row) => numberOf(row, 'Events'),
    cell: (row) => numberOf(row, 'Events').toLocaleString('en'),
  },
  column('ReasonCode', text.reason),
  column('Source', text.source),
  column('Table', text.table),
  column('Column', text.column),
  column('Example', text.example, 'wraps'),
  {
    id: 'Last',
    title: text.last,
    sort: (row) => textOf(row, 'Last'),
    cell: (row) => <Instant at={textOf(row, 'Last')} ago="only" />,
  },
];

const eventColumns = (show: (row: Row) => void): readonly ListColumn<Row>[] => [
  {
    id: 'Timestamp',
    title: text.when,
    sort: (row) => textOf(row, 'Timestamp'),
    cell: (row) => <Instant at={textOf(row, 'Timestamp')} ago="only" />,
  },
  column('Source', text.source),
  column('Table', text.table),
  column('Column', text.column),
  column('Reason', text.reason, 'wraps'),
  column('Position', text.position),
  {
    id: 'raw',
    title: text.raw,
    kind: 'actions',
    cell: (row) => (
      <Button
        size="small"
        onClick={() => show(row)}
        aria-label={`${text.show}: ${text.rawOf(textOf(row, 'Position'))}`}
      >
        {text.show}
      </Button>
    ),
  },
];

function RawEvent({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) {
  const styles = useStyles();
  useFocusReturn(true);
  const raw = textOf(row, 'RawEvent');
  const isCut = numberOf(row, 'RawEventSize') > new TextEncoder().encode(raw).length;
  return (
    <Dialog open onOpenChange={(_event, { open }) => !open && onClose()}>
      <DialogSurface className={styles.wide}>
        <DialogBody>
          <DialogTitle>{text.rawOf(textOf(row, 'Position'))}</DialogTitle>
          <DialogContent>
            <p>{textOf(row, 'Reason')}</p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
            <pre className={styles.raw} tabIndex={0}>
              {pretty(raw)}
            </pre>
            {isCut && <p>{text.cut}</p>}
          </DialogContent>
          <DialogActions>
            <CopyButton text={raw} />
            <Button appearance="primary" onClick={onClose}>
              {common.close}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function pretty(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}
