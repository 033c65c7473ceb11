import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  ProgressBar,
} from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import type { Hint } from '../api/types.js';
import { bytesText, countText, secondsText } from './numbers.js';
import type { RunState } from './run.js';
import type { ShownRun } from './runs.js';
import { strings } from './strings.js';

/** One line: how far a run is, or what it took. */
export function RunStatus({
  shown,
  onAgain,
}: {
  readonly shown: ShownRun;
  readonly onAgain: () => void;
}) {
  const { run, isEarlier, rowsBefore } = shown;
  const { phase, result, progress, firstRowMs } = run;
  const now = useClock(phase === 'running');
  const rows = countText(result.rows.length);
  const { rowsRead, bytesRead, rowsToRead } = progress;
  if (phase === 'running') {
    const seconds = Math.max(0, (now - run.startedAt) / 1000);
    const share = rowsToRead ? Math.min(1, rowsRead / rowsToRead) : undefined;
    return (
      <div className="qh-run-status">
        <ProgressBar
          className="qh-progress"
          thickness="large"
          aria-label={strings.running(secondsText(seconds))}
          {...(share !== undefined && { value: share })}
        />
        {share !== undefined && <span>{Math.round(share * 100)}%</span>}
        <span>{strings.running(secondsText(seconds))}</span>
        <span>{strings.progress(countText(rowsRead), bytesText(bytesRead))}</span>
        {result.rows.length > 0 && <span>{strings.soFar(rows)}</span>}
      </div>
    );
  }
  if (phase === 'failed') return null;
  const { stats } = result;
  const parts =
    phase === 'stopped'
      ? [strings.stopped(rows), strings.progress(countText(rowsRead), bytesText(bytesRead))]
      : [
          // As long as it has been waited for; what the server took of it is among the stats.
          strings.done(rows, secondsText(progress.elapsedSeconds)),
          ...(isEarly(firstRowMs, progress.elapsedSeconds)
            ? [strings.firstRow(secondsText(firstRowMs / 1000))]
            : []),
          ...(stats ? [strings.read(countText(stats.rowsRead), bytesText(stats.bytesRead))] : []),
          ...(stats?.peakMemoryBytes ? [strings.peak(bytesText(stats.peakMemoryBytes))] : []),
        ];
  return (
    <div className="qh-run-status" role="status">
      {isEarlier && (
        <>
          <strong>{strings.earlierAnswer(momentText(run.startedAt))}</strong>
          {rowsBefore !== undefined && (
            <span>{strings.keptInPart(rows, countText(rowsBefore))}</span>
          )}
          <Button size="small" onClick={onAgain}>
            {strings.runAgain}
          </Button>
        </>
      )}
      {parts.map((part) => (
        <span key={part}>{part}</span>
      ))}
    </div>
  );
}

/** What went wrong with a run, where, and what to do about it. */
export function RunProblem({
  run,
  line,
  meant,
  isChanged,
  onShow,
  onFix,
  onAgain,
}: {
  readonly run: RunState;
  /** What a name that is not known was probably meant to be. */
  readonly meant: Hint | undefined;
  /** The text is no longer what has failed. */
  readonly isChanged: boolean;
  /** The line of the tab that the query begins on, from 1. */
  readonly line: number;
  readonly onShow: () => void;
  readonly onFix: (fix: Hint['fix'] & object) => void;
  readonly onAgain: () => void;
}) {
  const { problem } = run;
  if (!problem) return null;
  const { position, retryAfter } = problem;
  if (isChanged) {
    return (
      <MessageBar intent="info" className="qh-problem">
        <MessageBarBody>
          <MessageBarTitle>{strings.changedSince}</MessageBarTitle>
          {problem.message}
        </MessageBarBody>
        <MessageBarActions>
          <Button size="small" onClick={onAgain}>
            {strings.runNow}
          </Button>
        </MessageBarActions>
      </MessageBar>
    );
  }
  return (
    <MessageBar intent="error" className="qh-problem">
      <MessageBarBody>
        <MessageBarTitle>
          {position
            ? strings.place(position.line + line - 1, position.column)
            : strings.failedTitle}
        </MessageBarTitle>
        {problem.message} {meant && !problem.message.includes(meant.message) && `${meant.message} `}
        {retryAfter !== undefined && strings.retryAfter(retryAfter)}
      </MessageBarBody>
      <MessageBarActions>
        {meant?.fix && (
          <Button size="small" onClick={() => meant.fix && onFix(meant.fix)}>
            {meant.title ?? strings.writeName(meant.fix.text)}
          </Button>
        )}
        {position ? (
          <Button size="small" onClick={onShow}>
            {strings.showPlace}
          </Button>
        ) : (
          <Button size="small" onClick={onAgain}>
            {strings.tryAgain}
          </Button>
        )}
      </MessageBarActions>
    </MessageBar>
  );
}

/** Whether the first row came before the others, and not with them. */
function isEarly(firstRowMs: number | undefined, elapsedSeconds: number): firstRowMs is number {
  return firstRowMs !== undefined && firstRowMs < elapsedSeconds * 900;
}

/** `2026-11-26 07:41:05Z` */
function momentText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

function useClock(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
