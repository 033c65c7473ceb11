import { useEffect, useSyncExternalStore } from 'react';
import type { HuntRequest } from '../api/types.js';
import type { ResultSet } from '../results/model.js';
import { keepRun, keptRun } from './kept-results.js';
import { Run, type RunState } from './run.js';

/** A run of this page, or one that the browser has kept from before it was loaded. */
interface AnyRun {
  readonly get: () => RunState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly stop: () => void;
  /** Rows that there were, where the browser has kept a part of them. */
  readonly rowsBefore?: number | undefined;
}

interface TabRuns {
  readonly run: AnyRun;
  /** What the run is compared with. */
  readonly previous: ResultSet | undefined;
  /** What was shown when the run began. */
  readonly before: ResultSet | undefined;
  /** The last runs of the tab's queries, the newest first. */
  readonly earlier: readonly AnyRun[];
  /** It was not run now: it is shown again, or has been kept over a reload. */
  readonly isEarlier: boolean;
}

/** Values in the earlier runs of a tab, all together; what is beyond is forgotten. */
const maxEarlierCells = 2_000_000;

const runs = new Map<string, TabRuns>();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setRuns(tab: string, tabRuns: TabRuns): void {
  runs.set(tab, tabRuns);
  for (const listener of listeners) listener();
}

/** Starts a hunt for a tab, in place of the one that may be under way there. */
export function startRun(
  owner: string,
  tab: string,
  request: HuntRequest,
  place: Pick<RunState, 'start' | 'length'>,
): Run {
  const before = runs.get(tab);
  before?.run.stop();
  const earlier = before ? [before.run, ...before.earlier] : [];
  const shown = before?.run.get().result;
  const run = new Run(request, place);
  setRuns(tab, {
    run,
    previous: comparable(earlier, request.query) ?? before?.previous,
    before: shown && shown.columns.length > 0 ? shown : before?.before,
    earlier: worthKeeping(earlier),
    isEarlier: false,
  });
  const stop = run.subscribe(() => {
    const state = run.get();
    if (state.phase === 'running') return;
    stop();
    const hasAnswer = state.phase !== 'failed' && state.result.columns.length > 0;
    if (hasAnswer) void keepRun(owner, tab, state);
  });
  return run;
}

/** Shows the last answer to a query again; false where the tab has none. */
export function recallRun(tab: string, query: string): boolean {
  const now = runs.get(tab);
  const found = now?.earlier.find((run) => run.get().request.query === query);
  if (!now || !found) return now?.run.get().request.query === query;
  now.run.stop();
  const others = now.earlier.filter((run) => run !== found);
  const earlier = worthKeeping([now.run, ...others]);
  const previous = comparable(others, query);
  setRuns(tab, { run: found, previous, before: undefined, earlier, isEarlier: true });
  return true;
}

/** The last whole answer to the same query; where there is none, the last to any. */
function comparable(earlier: readonly AnyRun[], query: string): ResultSet | undefined {
  const whole = earlier.map((run) => run.get()).filter(({ result }) => result.state === 'complete');
  return (whole.find(({ request }) => request.query === query) ?? whole[0])?.result;
}

/** One run a query: the newest whole answer rather than a newer part. As many as there is room for. */
function worthKeeping(earlier: readonly AnyRun[]): AnyRun[] {
  const byQuery = new Map<string, AnyRun>();
  for (const run of earlier) {
    const { request, result } = run.get();
    if (result.columns.length === 0) continue;
    const known = byQuery.get(request.query);
    const isBetter = known?.get().result.state !== 'complete' && result.state === 'complete';
    if (!known || isBetter) byQuery.set(request.query, run);
  }
  let cells = 0;
  return [...byQuery.values()].filter((run) => {
    const { columns, rows } = run.get().result;
    cells += columns.length * rows.length;
    return cells <= maxEarlierCells;
  });
}

export function forgetRun(tab: string): void {
  runs.get(tab)?.run.stop();
  runs.delete(tab);
}

export function runOf(tab: string): AnyRun | undefined {
  return runs.get(tab)?.run;
}

/** Looks for what the browser has kept of a tab's last answer, where nothing has been run there yet. */
async function restoreRun(owner: string, tab: string): Promise<void> {
  if (runs.has(tab)) return;
  const kept = await keptRun(owner, tab);
  if (!kept || runs.has(tab)) return;
  const { run: state, of: rowsBefore } = kept;
  const run: AnyRun = {
    get: () => state,
    subscribe: never,
    stop: () => undefined,
    rowsBefore,
  };
  setRuns(tab, { run, previous: undefined, before: undefined, earlier: [], isEarlier: true });
}

const never = () => () => undefined;
const none = () => undefined;

/** What a tab shows below its text. */
export interface ShownRun {
  readonly run: RunState;
  readonly previous: ResultSet | undefined;
  readonly before: ResultSet | undefined;
  readonly isEarlier: boolean;
  readonly rowsBefore: number | undefined;
}

/** The run of a tab, as it goes. */
export function useRun(owner: string, tab: string): ShownRun | undefined {
  useEffect(() => void restoreRun(owner, tab), [owner, tab]);
  const entry = useSyncExternalStore(subscribe, () => runs.get(tab));
  const run = useSyncExternalStore(entry?.run.subscribe ?? never, entry?.run.get ?? none);
  if (!entry || !run) return undefined;
  const { previous, before, isEarlier } = entry;
  return { run, previous, before, isEarlier, rowsBefore: entry.run.rowsBefore };
}
