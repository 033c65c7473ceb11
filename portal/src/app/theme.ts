import {
  type Theme,
  teamsHighContrastTheme,
  webDarkTheme,
  webLightTheme,
} from '@fluentui/react-components';
import { useSyncExternalStore } from 'react';
import type { Preferences } from './preferences.js';

export type ThemeName = 'light' | 'dark' | 'contrast';

/** Compact: the text of a page of rows, not of a letter. */
const compact = {
  fontSizeBase300: '13px',
  lineHeightBase300: '18px',
  fontFamilyBase: webLightTheme.fontFamilyBase,
  fontFamilyMonospace: webLightTheme.fontFamilyMonospace,
};

export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: { ...webLightTheme, ...compact },
  dark: { ...webDarkTheme, ...compact },
  contrast: { ...teamsHighContrastTheme, ...compact },
};

const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'] as const;

function subscribe(listener: () => void): () => void {
  const lists = queries.map((query) => matchMedia(query));
  for (const list of lists) list.addEventListener('change', listener);
  return () => {
    for (const list of lists) list.removeEventListener('change', listener);
  };
}

function systemTheme(): ThemeName {
  const [dark, contrast] = queries.map((query) => matchMedia(query).matches);
  return contrast ? 'contrast' : dark ? 'dark' : 'light';
}

/** The theme that is chosen; until one is, the system's. */
export function useThemeName(choice: Preferences['theme']): ThemeName {
  const system = useSyncExternalStore(subscribe, systemTheme);
  return choice === 'system' ? system : choice;
}
