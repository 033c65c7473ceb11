import { queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ask } from '../api/client.js';
import type { PastHunt, SavedQuery, Schema } from '../api/types.js';

const minuteMs = 60_000;

/** Tables, columns and functions, with how much of each there is. */
export function useSchema() {
  return useQuery({
    queryKey: ['schema'],
    queryFn: () => ask<Schema>('GET', '/api/quarry/schema'),
    staleTime: minuteMs,
    refetchInterval: minuteMs,
    // The same objects where nothing has changed: the editor is told only of changes.
    structuralSharing: true,
  });
}

/** Those of the user, and those that others share. */
export const savedQueries = queryOptions({
  queryKey: ['queries'],
  queryFn: async () =>
    (await ask<{ queries: readonly SavedQuery[] }>('GET', '/api/quarry/queries')).queries,
});

export type SavedQueryContent = Pick<SavedQuery, 'name' | 'folder' | 'text' | 'shared'>;

/** @param id of the query that is changed; undefined: a new one */
export function saveQuery(id: string | undefined, content: SavedQueryContent): Promise<SavedQuery> {
  return id === undefined
    ? ask('POST', '/api/quarry/queries', { body: content })
    : ask('PUT', `/api/quarry/queries/${encodeURIComponent(id)}`, { body: content });
}

export function removeQuery(id: string): Promise<void> {
  return ask('DELETE', `/api/quarry/queries/${encodeURIComponent(id)}`);
}

const historyPage = 50;

export function useHistory() {
  return useInfiniteQuery({
    queryKey: ['history'],
    queryFn: async ({ pageParam }) => {
      const before = pageParam ? `&before=${encodeURIComponent(pageParam)}` : '';
      const path = `/api/quarry/history?limit=${historyPage}${before}`;
      return (await ask<{ hunts: readonly PastHunt[] }>('GET', path)).hunts;
    },
    initialPageParam: '',
    getNextPageParam: (last) =>
      last.length < historyPage ? undefined : (last.at(-1)?.recorded ?? undefined),
  });
}
