import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError, ask } from '../api/client.js';
import type { Explanation, Hint, HuntRequest, Problem } from '../api/types.js';
import { bytesText, countText } from './numbers.js';
import { statementsOf } from './statements.js';
import { strings } from './strings.js';
import type { HuntTab } from './tabs.js';

/** Milliseconds of not typing after which the server is asked. */
const pauseMs = 700;

export interface Estimate {
  readonly text: string | undefined;
  readonly hints: readonly Hint[];
  /** What the server would refuse, besides what the editor sees itself. */
  readonly problem: Problem | undefined;
}

const none: readonly Hint[] = [];

/** What a query would read, and what the server has to say about it, while it is being written. */
export function useEstimate(
  request: HuntRequest | undefined,
  { range, parameters }: Pick<HuntTab, 'range' | 'parameters'>,
): Estimate {
  const key = request && JSON.stringify([request, range, parameters]);
  const settled = useSettled(key);
  const { data, error } = useQuery({
    queryKey: ['explain', request],
    queryFn: ({ signal }) =>
      ask<Explanation>('POST', '/api/quarry/explain', { body: request, signal }),
    enabled: key !== undefined && settled === key,
    retry: false,
  });
  const isNew = error instanceof ApiError && isNewProblem(error, request?.query ?? '');
  const problem = isNew ? problemOf(error) : undefined;
  return {
    text: data && estimateText(data.estimate),
    hints: data?.hints ?? none,
    problem,
  };
}

function estimateText({ rows, bytes }: Explanation['estimate']): string {
  // The newest events have no size yet.
  return strings.estimate(countText(rows), bytes > 0 ? bytesText(bytes) : undefined);
}

/** The editor's own language finds those of syntax and names, where it sees the query as a whole. */
function isNewProblem({ status, code }: ApiError, query: string): boolean {
  const isFound = code === 'kql.syntax' || code === 'kql.semantic';
  return status === 400 && (!isFound || (statementsOf(query)[0]?.isJoined ?? false));
}

function problemOf({ code, message, position }: ApiError): Problem {
  return { code, message, ...(position && { position }) };
}

function useSettled(key: string | undefined): string | undefined {
  const [settled, setSettled] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), pauseMs);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}
