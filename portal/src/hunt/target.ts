import { type RefObject, useMemo } from 'react';
import type { HuntRequest } from '../api/types.js';
import type { EditorHandle } from './editor/editor-handle.js';
import { parametersOf, parameterValues } from './parameters.js';
import { isOnlyComments, statementAt } from './statements.js';
import type { HuntTab, TabStore } from './tabs.js';
import { timespanOf } from './time-range.js';

/** The query of a tab that the cursor is in, or what is selected, as it would be run. */
export interface Target {
  readonly request: HuntRequest;
  /** Where it starts in the tab's text. */
  readonly start: number;
}

/** A query with the time and the parameters of its tab. */
export function requestOf(
  query: string,
  { range, parameters }: Pick<HuntTab, 'range' | 'parameters'>,
): HuntRequest {
  const timespan = timespanOf(range, query);
  const values = parameterValues(parametersOf(query), parameters);
  return { query, ...(timespan && { timespan }), ...(values && { parameters: values }) };
}

/** What Run would run when it is asked; undefined where there is no query. */
export function useTarget(
  store: TabStore,
  editor: RefObject<EditorHandle | null>,
): () => Target | undefined {
  return useMemo(
    () => () => {
      const tab = store.active();
      const { start, end } = editor.current?.selection() ?? { start: 0, end: 0 };
      const chosen =
        start < end ? { text: tab.text.slice(start, end), start } : statementAt(tab.text, start);
      if (!chosen || isOnlyComments(chosen.text)) return undefined;
      return { request: requestOf(chosen.text, tab), start: chosen.start };
    },
    [store, editor],
  );
}
