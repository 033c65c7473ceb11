import { Button, SearchBox, Spinner } from '@fluentui/react-components';
import { useState } from 'react';
import type { PastHunt } from '../../api/types.js';
import { Notice } from '../../app/notice.js';
import { agoText, countText, secondsText } from '../numbers.js';
import { useHistory } from '../queries.js';
import { strings } from '../strings.js';
import { useRoving } from './roving.js';

/** Own hunts of the past, with what they took and how they ended; a click opens one. */
export function HistoryPane({ open }: { readonly open: (hunt: PastHunt) => void }) {
  const roving = useRoving<HTMLDivElement>();
  const [filter, setFilter] = useState('');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useHistory();
  if (error) {
    return (
      <Notice title={strings.loadFailed} hint={error.message} isAlert isPart>
        <Button onClick={() => void refetch()}>{strings.tryLoading}</Button>
      </Notice>
    );
  }
  if (!data) return <Spinner size="tiny" label={strings.loading} className="qh-pane-empty" />;
  const hunts = data.pages.flat();
  const wanted = filter.trim().toLowerCase();
  const shown = hunts.filter(({ text }) => text.toLowerCase().includes(wanted));
  if (hunts.length === 0) return <p className="qh-pane-empty">{strings.noHistory}</p>;
  return (
    <>
      <div className="qh-pane-filter">
        <SearchBox
          size="small"
          placeholder={strings.filterHistory}
          aria-label={strings.filterHistory}
          value={filter}
          onChange={(_event, { value }) => setFilter(value)}
        />
      </div>
      <div className="qh-pane-list" {...roving}>
        {shown.length === 0 && <p className="qh-pane-empty">{strings.noHistoryFound}</p>}
        <ul>
          {shown.map((hunt) => (
            <li key={hunt.id}>
              <button
                type="button"
                className="qh-past"
                title={hunt.text.slice(0, 1000)}
                onClick={() => open(hunt)}
              >
                <code className="qh-past-text">{firstLines(hunt.text)}</code>
                <span className="qh-past-facts">{factsOf(hunt)}</span>
              </button>
            </li>
          ))}
        </ul>
        {hasNextPage && (
          <Button
            size="small"
            disabled={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
            className="qh-older"
          >
            {strings.older}
          </Button>
        )}
      </div>
    </>
  );
}

function firstLines(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*\/\//.test(line));
  return lines.slice(0, 2).join('\n') || text.slice(0, 200);
}

function factsOf({ started, seconds, rows, cpuSeconds, outcome, shortened }: PastHunt): string {
  return [
    agoText(started),
    ...(seconds === null ? [] : [secondsText(seconds)]),
    ...(cpuSeconds ? [strings.historyCpu(secondsText(cpuSeconds))] : []),
    outcome === 'Succeeded'
      ? rows === null
        ? ''
        : strings.historyRows(countText(rows))
      : strings.historyFailed(outcome),
    ...(shortened ? [strings.shortened] : []),
  ]
    .filter(Boolean)
    .join(' · ');
}
