import { useMemo } from 'react';
import type { Schema } from '../api/types.js';
import { earlierNameHints } from './earlier-names.js';
import type { Findings } from './editor/code-editor.js';
import type { Estimate } from './estimate.js';
import { meantBy } from './meant.js';
import type { RunState } from './run.js';
import type { Statement } from './statements.js';
import { quoteHints } from './straight-quotes.js';

/** What is underlined: why the last run failed while its text is as it was, else what is known before a run. */
export function useFindings(
  text: string,
  statement: Statement | undefined,
  run: RunState | undefined,
  { hints, problem }: Estimate,
  schema: Schema | undefined,
): Findings | undefined {
  return useMemo(() => {
    const failure = run?.phase === 'failed' ? run.problem : undefined;
    if (run && failure && text.startsWith(run.request.query, run.start)) {
      const meant = meantBy(run.request.query, failure, schema);
      return { start: run.start, problem: failure, hints: meant ? [meant] : [] };
    }
    if (!statement) return undefined;
    const earlier = schema ? earlierNameHints(statement.text, schema) : [];
    const quotes = quoteHints(statement.text);
    return { start: statement.start, hints: [...hints, ...earlier, ...quotes], problem };
  }, [text, statement, run, hints, problem, schema]);
}
