import { type RefObject, useCallback } from 'react';
import type { SavedQuery } from '../api/types.js';
import type { EditorHandle } from './editor/editor-handle.js';
import type { Example } from './examples.js';
import type { TabStore } from './tabs.js';
import type { RunQuery } from './use-run-query.js';

/** What opens tabs: each takes the time range of the one before it. */
export function useOpening(
  store: TabStore,
  editor: RefObject<EditorHandle | null>,
  runQuery: RunQuery,
) {
  const openText = useCallback(
    (title: string, text: string, more: object = {}) => {
      store.open({ title, text, range: store.active().range, ...more });
    },
    [store],
  );
  return {
    openText,
    openEmpty: () => {
      store.open();
      editor.current?.focus();
    },
    openSaved: (query: SavedQuery) => {
      const known = store.get().tabs.find((each) => each.saved?.id === query.id);
      if (known) return store.activate(known.id);
      const { id, text, name } = query;
      openText(name, text, { saved: { id, text } });
    },
    openAndRun: (title: string, text: string) => {
      openText(title, text);
      requestAnimationFrame(() => runQuery());
    },
    openExample: ({ title, text }: Example) => {
      const { id, text: there } = store.active();
      if (there.trim() === '') store.change(id, { title, text });
      else openText(title, text);
    },
  };
}
