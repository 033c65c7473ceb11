import { useMemo } from 'react';
import type { Findings } from './editor/code-editor.js';
import type { Estimate } from './estimate.js';
import type { RunState } from './run.js';
import type { Statement } from './statements.js';

/** What is underlined: why the last run failed while its text is as it was, else what is known before a run. */
export function useFindings(
  text: string,
  statement: Statement | undefined,
  run: RunState | undefined,
  { hints, problem }: Estimate,
): Findings | undefined {
  return useMemo(() => {
    const failure = run?.phase === 'failed' ? run.problem : undefined;
    if (run && failure && text.startsWith(run.request.query, run.start)) {
      return { start: run.start, problem: failure };
    }
    return statement && { start: statement.start, hints, problem };
  }, [text, statement, run, hints, problem]);
}
