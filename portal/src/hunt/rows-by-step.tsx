import { Button, Spinner } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import type { HuntRequest } from '../api/types.js';
import { huntRows, numberOf } from '../page/hunt-rows.js';
import { type Step, stepsOf } from './steps.js';
import { strings } from './strings.js';

interface Counted {
  readonly step: Step;
  readonly rows: number;
}

/** For a query without rows: how many there are after each of its steps, as far as the one that leaves none. */
export function RowsByStep({
  request,
  line,
}: {
  readonly request: HuntRequest;
  /** The line of the tab that the query begins on, from 1. */
  readonly line: number;
}) {
  const [isAsked, setAsked] = useState(false);
  const { counted, isDone, failure } = useCounts(isAsked ? request : undefined);
  if (!isAsked) {
    return (
      <Button size="small" onClick={() => setAsked(true)}>
        {strings.countSteps}
      </Button>
    );
  }
  const last = counted.at(-1);
  const before = counted.at(-2);
  return (
    <div className="qh-steps">
      <table aria-label={strings.countSteps}>
        <tbody>
          {counted.map(({ step, rows }) => (
            <tr key={step.query.length} className={rows === 0 ? 'qh-step-empty' : undefined}>
              <td>{strings.line(step.line + line - 1)}</td>
              <td className="qh-step-text">{step.text}</td>
              <td className="qh-step-rows">{rows.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status">
        {failure}
        {!isDone && <Spinner size="tiny" label={strings.counting} />}
        {isDone &&
          last?.rows === 0 &&
          (before
            ? strings.removedAll(last.step.line + line - 1, before.rows.toLocaleString('en'))
            : strings.emptyFromStart)}
      </p>
    </div>
  );
}

function useCounts(request: HuntRequest | undefined) {
  const [counted, setCounted] = useState<readonly Counted[]>([]);
  const [isDone, setDone] = useState(false);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    if (!request) return;
    const abort = new AbortController();
    const { query, ...rest } = request;
    const count = async () => {
      for (const step of stepsOf(query)) {
        const counting = `${step.query}\n| count`;
        const [row = {}] = await huntRows(counting, { ...rest, signal: abort.signal });
        const rows = numberOf(row, 'Count');
        setCounted((before) => [...before, { step, rows }]);
        if (rows === 0) break;
      }
      setDone(true);
    };
    setCounted([]);
    count().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      setFailure(error instanceof Error ? error.message : String(error));
      setDone(true);
    });
    return () => abort.abort();
  }, [request]);
  return { counted, isDone, failure };
}
