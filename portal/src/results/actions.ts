import { createContext, use } from 'react';

/** What the components of a result can ask of the page around them. */
export interface ResultActions {
  /** Adds text to the end of the query. */
  readonly addToQuery: (text: string) => void;
  /** Opens another query under a title. */
  readonly openQuery: (kql: string, title: string) => void;
  /** Copies, and says so. */
  readonly copy: (text: string, what: string) => void;
}

export const ActionsContext = createContext<ResultActions>({
  addToQuery: () => undefined,
  openQuery: () => undefined,
  copy: () => undefined,
});

export function useActions(): ResultActions {
  return use(ActionsContext);
}
