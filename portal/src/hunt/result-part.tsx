import { Spinner } from '@fluentui/react-components';
import { lazy, Suspense } from 'react';
import type { Schema } from '../api/types.js';
import { ErrorBoundary } from '../app/error-boundary.js';
import { usePreferences } from '../app/preferences.js';
import type { AskedView } from '../results/results.js';
import { meantBy } from './meant.js';
import { RowsByStep } from './rows-by-step.js';
import type { RunState } from './run.js';
import { RunProblem, RunStatus } from './run-status.js';
import type { ShownRun } from './runs.js';
import { strings } from './strings.js';
import type { HuntTab } from './tabs.js';

const Results = lazy(async () => ({ default: (await import('../results/results.js')).Results }));

/** Below the editor: how the run goes or went, and its rows. */
export function ResultPart({
  tab,
  shown,
  view,
  schema,
  onShowProblem,
  onReplace,
  onAgain,
  onAddToQuery,
  onOpenQuery,
}: {
  readonly tab: HuntTab;
  readonly shown: ShownRun;
  /** The view of the result that was asked for last, by a key. */
  readonly view: AskedView | undefined;
  readonly schema: Schema | undefined;
  readonly onShowProblem: (start: number, length: number) => void;
  /** Writes something else in place of a part of the tab's text. */
  readonly onReplace: (start: number, end: number, text: string) => void;
  readonly onAgain: () => void;
  readonly onAddToQuery: (lines: string) => void;
  readonly onOpenQuery: (text: string, title: string) => void;
}) {
  const { timeZone } = usePreferences();
  const { run, previous, before } = shown;
  const start = placeOf(run, tab.text);
  const line = lineAt(tab.text, start ?? run.start);
  // The last answer stays until there is another, and with it how its grid was laid out.
  const isWaiting = run.phase === 'running' && run.result.columns.length === 0;
  const result = isWaiting ? before : run.result;
  return (
    <>
      <RunStatus shown={shown} onAgain={onAgain} />
      <RunProblem
        run={run}
        line={line}
        meant={meantBy(run.request.query, run.problem, schema)}
        isChanged={start === undefined}
        onFix={(fix) => {
          const from = (start ?? run.start) + fix.start;
          onReplace(from, from + fix.length, fix.text);
        }}
        onShow={() => {
          const { start: at = 0, length = 0 } = run.problem?.position ?? {};
          onShowProblem((start ?? run.start) + at, length);
        }}
        onAgain={onAgain}
      />
      {result && result.columns.length > 0 && (
        <ErrorBoundary>
          <Suspense fallback={<Spinner label={strings.loading} />}>
            <Results
              key={tab.id}
              result={result}
              timeZone={timeZone}
              previous={isWaiting ? undefined : previous}
              view={view}
              emptyHelp={<RowsByStep key={run.startedAt} request={run.request} line={line} />}
              onRunAgain={onAgain}
              onAddToQuery={onAddToQuery}
              onOpenQuery={onOpenQuery}
            />
          </Suspense>
        </ErrorBoundary>
      )}
    </>
  );
}

/** Where in the tab's text the query that was run stands by now; undefined: nowhere. */
function placeOf({ request, start, length }: RunState, text: string): number | undefined {
  const query = request.query.slice(0, length);
  if (text.startsWith(query, start)) return start;
  const place = text.indexOf(query);
  return place < 0 ? undefined : place;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
