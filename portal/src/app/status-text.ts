import { useSyncExternalStore } from 'react';

let text = '';
const listeners = new Set<() => void>();

/** What a page has to say in the status bar; screen readers hear it. */
export function setStatusText(next: string): void {
  text = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useStatusText(): string {
  return useSyncExternalStore(subscribe, () => text);
}
