import { Spinner } from '@fluentui/react-components';
import { lazy, Suspense } from 'react';
import { ErrorBoundary } from '../app/error-boundary.js';
import { usePreferences } from '../app/preferences.js';
import type { ResultSet } from '../results/model.js';
import type { RunState } from './run.js';
import { RunProblem, RunStatus } from './run-status.js';
import { strings } from './strings.js';
import type { HuntTab } from './tabs.js';

const Results = lazy(async () => ({ default: (await import('../results/results.js')).Results }));

/** Below the editor: how the run goes or went, and its rows. */
export function ResultPart({
  tab,
  run,
  previous,
  onShowProblem,
  onAgain,
  onAddToQuery,
  onOpenQuery,
}: {
  readonly tab: HuntTab;
  readonly run: RunState;
  readonly previous: ResultSet | undefined;
  readonly onShowProblem: (start: number, length: number) => void;
  readonly onAgain: () => void;
  readonly onAddToQuery: (lines: string) => void;
  readonly onOpenQuery: (text: string, title: string) => void;
}) {
  const { timeZone } = usePreferences();
  // The last answer stays until there is another, and with it how its grid was laid out.
  const isWaiting = run.phase === 'running' && run.result.columns.length === 0;
  const result = isWaiting ? previous : run.result;
  return (
    <>
      <RunStatus run={run} />
      <RunProblem
        run={run}
        line={lineAt(tab.text, run.start)}
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
