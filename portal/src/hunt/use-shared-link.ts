import { useEffect } from 'react';
import { setStatusText } from '../app/status-text.js';
import { isSharedLink, sharedQuery } from './share.js';
import { strings } from './strings.js';
import type { TabStore } from './tabs.js';

/** Opens the query of a link in a tab, and does not run it: it is somebody else's. */
export function useSharedLink(store: TabStore): void {
  useEffect(() => {
    const open = async () => {
      if (!isSharedLink(location.hash)) return;
      const shared = await sharedQuery(location.hash);
      history.replaceState(history.state, '', location.pathname + location.search);
      if (shared) store.open(shared);
      setStatusText(shared ? strings.sharedOpened : strings.sharedBroken);
    };
    void open();
    window.addEventListener('hashchange', open);
    return () => window.removeEventListener('hashchange', open);
  }, [store]);
}
