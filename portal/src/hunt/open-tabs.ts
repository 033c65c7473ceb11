import { startHere } from './examples.js';
import { keepOnly } from './kept-results.js';
import { newTab, TabStore } from './tabs.js';

const stores = new Map<string, TabStore>();

/** The tabs of who is signed in; they outlive the page being left for another. */
export function openTabs(owner: string): TabStore {
  const known = stores.get(owner);
  if (known) return known;
  const { title, text } = startHere;
  const store = new TabStore(owner, () => [newTab({ title, text })]);
  stores.set(owner, store);
  const { tabs, closed } = store.get();
  void keepOnly(
    owner,
    [...tabs, ...closed].map(({ id }) => id),
  );
  return store;
}
