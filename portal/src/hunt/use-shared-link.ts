import { useEffect } from 'react';
import { setStatusText } from '../app/status-text.js';
import { sharedQuery } from './share.js';
import { strings } from './strings.js';
import type { TabStore } from './tabs.js';

/** Opens the query of a link in a tab, and does not run it: it is somebody else's. */
export function useSharedLink(store: TabStore): void {
  useEffect(() => {
    const open = async () => {
      const shared = await sharedQuery(location.hash);
      if (!shared) return;
      history.replaceState(history.state, '', location.pathname + location.search);
      store.open(shared);
      setStatusText(strings.sharedOpened);
    };
    void open();
    window.addEventListener('hashchange', open);
    return () => window.removeEventListener('hashchange', open);
  }, [store]);
}
