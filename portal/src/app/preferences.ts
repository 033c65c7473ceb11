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

function read(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as object) };
  } catch {
    return defaults;
  }
}

export function setPreference<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
  current = { ...current, [name]: value };
  localStorage.setItem(key, JSON.stringify(current));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}
