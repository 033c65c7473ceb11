import { Tab, TabList } from '@fluentui/react-components';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { ChartTab } from '../charts/chart-tab.js';
import { chartKinds, kindNamed } from '../charts/kinds.js';
import { hasProcesses } from '../timeline/process-tree.js';
import { ProcessTree } from '../timeline/process-tree-view.js';
import { Timeline } from '../timeline/timeline.js';
import { ActionsContext, type ResultActions } from './actions.js';
import { copyText } from './clipboard.js';
import { ChangesTab } from './compare/changes-tab.js';
import { useGrid } from './grid/use-grid.js';
import { timeColumn } from './histogram.js';
import type { ResultSet, TimeZoneChoice } from './model.js';
import { ResultsTab } from './results-tab.js';
import { StatsTab } from './stats-tab.js';
import { text } from './strings.js';
import './results.css';

/** A tab that the page adds to those of the result. */
export interface ExtraTab {
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
}

export interface AskedView {
  readonly id: string;
}

export interface ResultsProps {
  readonly result: ResultSet;
  readonly timeZone: TimeZoneChoice;
  /** The run before this one, to compare with. */
  readonly previous?: ResultSet | undefined;
  readonly extraTabs?: readonly ExtraTab[];
  /** A view that was asked for from outside; another object asks again. */
  readonly view?: AskedView | undefined;
  /** Runs the query again, to have something to compare with. */
  readonly onRunAgain?: (() => void) | undefined;
  /** Stands below the words that there are no rows. */
  readonly emptyHelp?: ReactNode;
  /** Takes lines that belong at the end of the query. */
  readonly onAddToQuery: (text: string) => void;
  readonly onOpenQuery: (kql: string, title: string) => void;
}

/** A result from all sides: rows, chart, changes since the run before, and what it cost. */
export function Results(props: ResultsProps): ReactNode {
  const { result, timeZone, previous } = props;
  const grid = useGrid(result, timeZone);
  const [said, setSaid] = useState('');
  const actions = useResultActions(props, setSaid);
  const [tab, setTab] = useTab(result, props.view);
  const tabs: readonly ExtraTab[] = [
    {
      id: 'results',
      label: `${text.results} (${result.rows.length.toLocaleString('en')})`,
      content: (
        <ResultsTab grid={grid} emptyHelp={props.emptyHelp} onChart={() => setTab('chart')} />
      ),
    },
    { id: 'chart', label: text.chart, content: <ChartTab result={result} zone={timeZone} /> },
    ...specialTabs(result, timeZone),
    {
      id: 'changes',
      label: text.changes,
      content: (
        <ChangesTab {...{ result, previous, onRunAgain: props.onRunAgain }} zone={timeZone} />
      ),
    },
    ...(props.extraTabs ?? []),
    { id: 'stats', label: text.stats, content: <StatsTab result={result} previous={previous} /> },
  ];
  const shown = tabs.find(({ id }) => id === tab) ?? tabs[0];
  return (
    <ActionsContext value={actions}>
      <section className="qr-results" aria-label={text.results}>
        <div className="qr-results-tabs">
          <TabList
            size="small"
            selectedValue={shown?.id}
            onTabSelect={(_, { value }) => setTab(String(value))}
            aria-label={text.views}
          >
            {tabs.map(({ id, label }) => (
              <Tab key={id} value={id}>
                {label}
              </Tab>
            ))}
          </TabList>
          <span className="qr-quiet" role="status">
            {said}
          </span>
        </div>
        <div role="tabpanel" aria-label={shown?.label} className="qr-tab-panel">
          {shown?.content}
        </div>
      </section>
    </ActionsContext>
  );
}

/** Ways of looking that only some results have. */
function specialTabs(result: ResultSet, zone: TimeZoneChoice): ExtraTab[] {
  const hasDevice = result.columns.some(({ name }) => name === 'DeviceName' || name === 'DeviceId');
  const tabs: ExtraTab[] = [];
  if (hasDevice && timeColumn(result.columns) !== undefined) {
    const content = <Timeline result={result} zone={zone} />;
    tabs.push({ id: 'timeline', label: text.timeline, content });
  }
  if (hasProcesses(result.columns)) {
    const content = <ProcessTree result={result} zone={zone} />;
    tabs.push({ id: 'processes', label: text.processTree, content });
  }
  return tabs;
}

/** A query that ends in `render` opens with its chart; another one with its rows. */
function useTab(result: ResultSet, asked: AskedView | undefined): [string, (tab: string) => void] {
  const { columns, visualization } = result;
  const kind = visualization === undefined ? 'table' : kindNamed(visualization.kind);
  const first = chartKinds[kind]?.shape === 'table' ? 'results' : 'chart';
  const [tab, setTab] = useState(first);
  const [opened, setOpened] = useState({ columns, first });
  if (opened.columns !== columns) {
    setOpened({ columns, first });
    // Another query's rows: what changed in those of the one before says nothing about them.
    const isOther = namesOf(columns) !== namesOf(opened.columns);
    if (first !== opened.first || (tab === 'changes' && isOther)) setTab(first);
  }
  const [lastAsked, setLastAsked] = useState(asked);
  if (asked !== lastAsked) {
    setLastAsked(asked);
    if (asked) setTab(asked.id);
  }
  return [tab, setTab];
}

function namesOf(columns: ResultSet['columns']): string {
  return columns.map(({ name }) => name).join('\n');
}

function useResultActions(
  { onAddToQuery, onOpenQuery }: ResultsProps,
  say: (text: string) => void,
): ResultActions {
  const latest = useRef({ onAddToQuery, onOpenQuery });
  useEffect(() => {
    latest.current = { onAddToQuery, onOpenQuery };
  });
  return useMemo(
    () => ({
      addToQuery: (added) => latest.current.onAddToQuery(added),
      openQuery: (kql, title) => latest.current.onOpenQuery(kql, title),
      copy: (copied, what) => {
        void copyText(copied).then((done) => say(done ? text.copied(what) : text.copyFailed));
      },
    }),
    [say],
  );
}
