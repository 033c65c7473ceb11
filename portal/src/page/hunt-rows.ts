import { useQuery } from '@tanstack/react-query';
import { ApiError, send } from '../api/client.js';
import type { Frame, Timespan } from '../api/types.js';

export type Row = Readonly<Record<string, unknown>>;

/** A hunt of the page's own: all its rows by the names of their columns. Throws `ApiError`. */
export async function huntRows(
  query: string,
  options: {
    readonly timespan?: Timespan;
    readonly parameters?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Row[]> {
  const { signal, ...rest } = options;
  const body = { query, ...rest };
  const response = await send('POST', '/api/quarry/hunt', { body, ...(signal && { signal }) });
  const rows: Row[] = [];
  let names: string[] = [];
  let hasEnded = false;
  for (const line of (await response.text()).split('\n')) {
    if (line === '') continue;
    const frame = JSON.parse(line) as Frame;
    if (frame.kind === 'columns') names = frame.columns.map(({ name }) => name);
    if (frame.kind === 'error') throw new ApiError(400, frame.error);
    if (frame.kind === 'end') hasEnded = true;
    if (frame.kind !== 'rows') continue;
    for (const row of frame.rows) {
      rows.push(Object.fromEntries(row.map((value, index) => [names[index] ?? '', value])));
    }
  }
  if (hasEnded) return rows;
  throw new ApiError(0, { code: 'portal.cut', message: 'The answer has broken off.' });
}

export function useHunt(
  query: string,
  {
    parameters,
    ...options
  }: { readonly enabled?: boolean; readonly parameters?: Readonly<Record<string, string>> } = {},
) {
  return useQuery({
    queryKey: ['hunt', query, parameters],
    queryFn: ({ signal }) => huntRows(query, { signal, ...(parameters && { parameters }) }),
    staleTime: 30_000,
    ...options,
  });
}

export function textOf(row: Row, name: string): string {
  const value = row[name];
  return value === null || value === undefined ? '' : String(value);
}

export function numberOf(row: Row, name: string): number {
  return Number(row[name] ?? 0);
}
