import { useSyncExternalStore } from 'react';
import type { HuntRequest } from '../api/types.js';
import type { ResultSet } from '../results/model.js';
import { Run, type RunState } from './run.js';

interface TabRuns {
  readonly run: Run;
  /** The last complete result of the same tab before it. */
  readonly previous: ResultSet | undefined;
}

const runs = new Map<string, TabRuns>();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Starts a hunt for a tab, in place of the one that may be under way there. */
export function startRun(tab: string, request: HuntRequest, start: number): Run {
  const before = runs.get(tab);
  before?.run.stop();
  const result = before?.run.get().result;
  const previous = result?.state === 'complete' ? result : before?.previous;
  const run = new Run(request, start);
  runs.set(tab, { run, previous });
  for (const listener of listeners) listener();
  return run;
}

export function forgetRun(tab: string): void {
  runs.get(tab)?.run.stop();
  runs.delete(tab);
}

export function runOf(tab: string): Run | undefined {
  return runs.get(tab)?.run;
}

const never = () => () => undefined;
const none = () => undefined;

/** The run of a tab, as it goes. */
export function useRun(tab: string): {
  readonly state: RunState | undefined;
  readonly previous: ResultSet | undefined;
} {
  const entry = useSyncExternalStore(subscribe, () => runs.get(tab));
  const state = useSyncExternalStore(entry?.run.subscribe ?? never, entry?.run.get ?? none);
  return { state, previous: entry?.previous };
}
