import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useState } from 'react';
import type { SavedQuery } from '../api/types.js';
import { useSession } from '../app/session-context.js';
import { setStatusText } from '../app/status-text.js';
import { RemoveDialog, SaveDialog } from './dialogs.js';
import { removeQuery, type SavedQueryContent, savedQueries, saveQuery } from './queries.js';
import { strings } from './strings.js';
import type { TabStore } from './tabs.js';

/** A query that is being given a name: a new one, or one that is there. */
interface Naming {
  readonly id?: string;
  readonly content: SavedQueryContent;
  readonly tab?: string;
}

export interface Saving {
  /** Saves the active tab: under the name it has, or one that is asked for. */
  readonly save: (asNew: boolean) => Promise<void>;
  readonly rename: (query: SavedQuery) => void;
  readonly remove: (query: SavedQuery) => void;
  readonly dialogs: ReactNode;
}

/** Saved queries as the tabs have them: made, renamed, deleted. */
export function useSaving(store: TabStore): Saving {
  const { session } = useSession();
  const client = useQueryClient();
  const [naming, setNaming] = useState<Naming>();
  const [removing, setRemoving] = useState<SavedQuery>();
  const reload = useCallback(() => client.invalidateQueries({ queryKey: ['queries'] }), [client]);

  const save = useCallback(
    async (asNew: boolean) => {
      const { id, title, text, saved } = store.active();
      let known: SavedQuery | undefined;
      try {
        // The list may never have been shown: without it, what is saved already would be saved again.
        const queries = saved && (await client.ensureQueryData(savedQueries));
        known = queries?.find((each) => each.id === saved?.id);
      } catch (error) {
        return setStatusText(error instanceof Error ? error.message : String(error));
      }
      if (!known || asNew || known.owner.id !== session.user.id) {
        const content = { name: title, folder: known?.folder ?? '', text, shared: false };
        return setNaming({ content, tab: id });
      }
      const { name, folder, shared } = known;
      try {
        await saveQuery(known.id, { name, folder, shared, text });
      } catch (error) {
        return setStatusText(error instanceof Error ? error.message : String(error));
      }
      store.change(id, { saved: { id: known.id, text } });
      setStatusText(strings.saved(name));
      await reload();
    },
    [store, client, session.user.id, reload],
  );

  const finish = async (content: SavedQueryContent) => {
    const made = await saveQuery(naming?.id, content);
    for (const { id, saved } of store.get().tabs) {
      if (id !== naming?.tab && saved?.id !== made.id) continue;
      store.change(id, { title: made.name, saved: { id: made.id, text: made.text } });
    }
    setStatusText(strings.saved(made.name));
    await reload();
  };

  const dialogs = (
    <>
      {naming && (
        <SaveDialog content={naming.content} onSave={finish} onClose={() => setNaming(undefined)} />
      )}
      {removing && (
        <RemoveDialog
          name={removing.name}
          hint={strings.removeHint}
          onClose={() => setRemoving(undefined)}
          onRemove={async () => {
            await removeQuery(removing.id);
            await reload();
          }}
        />
      )}
    </>
  );
  return {
    save,
    rename: ({ id, name, folder, text, shared }) =>
      setNaming({ id, content: { name, folder, text, shared } }),
    remove: setRemoving,
    dialogs,
  };
}
