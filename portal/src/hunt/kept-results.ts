import type { RunState } from './run.js';

/** The last answer of a tab as this browser keeps it. */
export interface KeptRun {
  readonly run: RunState;
  /** Rows that there were, where not all are kept. */
  readonly of?: number;
}

/**
 * Answers survive a reload and a crash; signing out takes them away. They are in a database of the browser,
 * which no other origin reads. A browser that keeps nothing (some private windows) only makes a reload ask
 * for the query to be run again, and so nothing here fails.
 */
const databaseName = 'quarry.results';
const storeName = 'runs';
/** Values of one answer that are kept: an answer of usual width whole, of a large one its first rows. */
const maxCells = 400_000;

type Key = readonly [owner: string, tab: string];

export async function keepRun(owner: string, tab: string, run: RunState): Promise<void> {
  const { columns, rows } = run.result;
  const most = Math.floor(maxCells / Math.max(1, columns.length));
  const kept: KeptRun =
    rows.length <= most
      ? { run }
      : { run: { ...run, result: { ...run.result, rows: rows.slice(0, most) } }, of: rows.length };
  await withStore('readwrite', (store) => store.put(kept, [owner, tab]));
}

export function keptRun(owner: string, tab: string): Promise<KeptRun | undefined> {
  return withStore('readonly', (store) => store.get([owner, tab]));
}

/** Forgets the answers of tabs that are no longer there. */
export async function keepOnly(owner: string, tabs: readonly string[]): Promise<void> {
  const mine = IDBKeyRange.bound([owner], [owner, []]);
  const keys = await withStore('readonly', (store) => store.getAllKeys(mine));
  const gone = (keys ?? []).filter((key) => !tabs.includes((key as unknown as Key)[1]));
  for (const key of gone) await withStore('readwrite', (store) => store.delete(key));
}

/** Forgets everyone's. */
export async function forgetKept(): Promise<void> {
  await withStore('readwrite', (store) => store.clear());
}

async function withStore<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  try {
    const database = await opened();
    try {
      return await answer(ask(database.transaction(storeName, mode).objectStore(storeName)));
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  return answer(request);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
