import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useCallback } from 'react';
import { setStatusText } from '../app/status-text.js';
import { sharedLength } from './add-to-query.js';
import type { EditorHandle } from './editor/editor-handle.js';
import { startRun } from './runs.js';
import { strings } from './strings.js';
import type { TabStore } from './tabs.js';
import type { Target } from './target.js';

/** Runs the query under the cursor or what is selected, as it stands or changed on the way. */
export type RunQuery = (change?: (text: string) => string) => void;

export function useRunQuery(
  owner: string,
  {
    store,
    editor,
    target,
  }: {
    readonly store: TabStore;
    readonly editor: RefObject<EditorHandle | null>;
    readonly target: () => Target | undefined;
  },
): RunQuery {
  const client = useQueryClient();
  return useCallback(
    (change = (text) => text) => {
      const found = target();
      if (!found) return setStatusText(strings.nothingToRun);
      editor.current?.closeHelp();
      const query = change(found.request.query);
      const request = { ...found.request, query };
      const place = { start: found.start, length: sharedLength(query, found.request.query) };
      const started = startRun(owner, store.active().id, request, place);
      setStatusText('');
      const stop = started.subscribe(() => {
        if (started.get().phase === 'running') return;
        stop();
        void client.invalidateQueries({ queryKey: ['history'] });
        void client.invalidateQueries({ queryKey: ['usage'] });
      });
    },
    [target, editor, store, client, owner],
  );
}
