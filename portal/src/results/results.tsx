import { Tab, TabList } from '@fluentui/react-components';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { ActionsContext, type ResultActions } from './actions.js';
import { copyText } from './clipboard.js';
import { useGrid } from './grid/use-grid.js';
import type { ResultSet, TimeZoneChoice } from './model.js';
import { ResultsTab } from './results-tab.js';
import { text } from './strings.js';
import './results.css';

/** A tab that the page adds to those of the result. */
export interface ExtraTab {
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
}

interface ResultsProps {
  readonly result: ResultSet;
  readonly timeZone: TimeZoneChoice;
  /** The run before this one, to compare with. */
  readonly previous?: ResultSet | undefined;
  readonly extraTabs?: readonly ExtraTab[];
  readonly onAddToQuery: (text: string) => void;
  readonly onOpenQuery: (kql: string, title: string) => void;
}

/** A result from all sides: rows, chart, changes since the run before, and what it cost. */
export function Results(props: ResultsProps): ReactNode {
  const { result, timeZone, onAddToQuery, onOpenQuery } = props;
  const grid = useGrid(result, timeZone);
  const [tab, setTab] = useState('results');
  const [said, setSaid] = useState('');
  const latest = useRef({ onAddToQuery, onOpenQuery });
  useEffect(() => {
    latest.current = { onAddToQuery, onOpenQuery };
  });
  const actions = useMemo<ResultActions>(
    () => ({
      addToQuery: (added) => latest.current.onAddToQuery(added),
      openQuery: (kql, title) => latest.current.onOpenQuery(kql, title),
      copy: (copied, what) => {
        void copyText(copied).then((done) => setSaid(done ? text.copied(what) : text.copyFailed));
      },
    }),
    [],
  );
  const extra = props.extraTabs ?? [];
  return (
    <ActionsContext value={actions}>
      <section className="qr-results" aria-label={text.results}>
        <div className="qr-results-tabs">
          <TabList
            size="small"
            selectedValue={tab}
            onTabSelect={(_, { value }) => setTab(String(value))}
            aria-label={text.views}
          >
            <Tab value="results">{`${text.results} (${result.rows.length.toLocaleString('en')})`}</Tab>
            {extra.map(({ id, label }) => (
              <Tab key={id} value={id}>
                {label}
              </Tab>
            ))}
          </TabList>
          <span className="qr-quiet" role="status">
            {said}
          </span>
        </div>
        <div role="tabpanel" aria-label={text.results} className="qr-tab-panel">
          {tab === 'results' && <ResultsTab grid={grid} onChart={() => setTab('chart')} />}
          {extra.find(({ id }) => id === tab)?.content}
        </div>
      </section>
    </ActionsContext>
  );
}
