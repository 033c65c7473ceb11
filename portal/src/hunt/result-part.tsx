import { Spinner } from '@fluentui/react-components';
import { lazy, Suspense } from 'react';
import type { Schema } from '../api/types.js';
import { ErrorBoundary } from '../app/error-boundary.js';
import { usePreferences } from '../app/preferences.js';
import type { AskedView } from '../results/results.js';
import { nearestName } from './nearest-name.js';
import { RowsByStep } from './rows-by-step.js';
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
  const line = lineAt(tab.text, run.start);
  const isUnchanged = tab.text.startsWith(run.request.query, run.start);
  // The last answer stays until there is another, and with it how its grid was laid out.
  const isWaiting = run.phase === 'running' && run.result.columns.length === 0;
  const result = isWaiting ? before : run.result;
  return (
    <>
      <RunStatus shown={shown} onAgain={onAgain} />
      <RunProblem
        run={run}
        line={line}
        meant={isUnchanged ? nearestName(run.request.query, run.problem, schema) : undefined}
        onFix={({ start, length, text }) =>
          onReplace(run.start + start, run.start + start + length, text)
        }
        onShow={() => {
          const { start = 0, length = 0 } = run.problem?.position ?? {};
          onShowProblem(run.start + start, length);
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

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
