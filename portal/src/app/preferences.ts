import { useSyncExternalStore } from 'react';

/** What a person chose once, on this machine: never anything of their data. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark' | 'contrast';
  readonly timeZone: 'utc' | 'local';
  /** Pixels. */
  readonly schemaWidth: number;
  readonly schemaOpen: boolean;
  /** Share of the height, from 0 to 1. */
  readonly editorShare: number;
  readonly favourites: readonly string[];
  readonly tipsDismissed: boolean;
}

const key = 'quarry.preferences';
const defaults: Preferences = {
  theme: 'system',
  timeZone: 'utc',
  schemaWidth: 304,
  schemaOpen: true,
  editorShare: 0.35,
  favourites: [],
  tipsDismissed: false,
};

let current = read();
const listeners = new Set<() => void>();

// Other windows of the browser choose too, and what they chose is kept.
window.addEventListener('storage', (event) => {
  if (event.key === key) show(read());
});

function read(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as object) };
  } catch {
    return defaults;
  }
}

export function setPreference<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
  show({ ...current, [name]: value });
  try {
    localStorage.setItem(key, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing more: it is chosen for as long as the page is there.
  }
}

function show(preferences: Preferences): void {
  current = preferences;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}
