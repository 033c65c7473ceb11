import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { Command } from './commands.js';
import { pages } from './pages.js';
import { setPreference, usePreferences } from './preferences.js';
import { useSession } from './session-context.js';
import { strings } from './strings.js';
import { useThemeName } from './theme.js';

/** The commands that every page has. */
export function useShellCommands({
  openPalette,
  openKeys,
}: {
  readonly openPalette: (open: boolean) => void;
  readonly openKeys: (open: boolean) => void;
}): readonly Command[] {
  const [, navigate] = useLocation();
  const { theme, timeZone } = usePreferences();
  const shown = useThemeName(theme);
  const { session } = useSession();
  return useMemo(() => {
    return [
      {
        id: 'palette',
        title: strings.search,
        group: 'Everywhere',
        keys: 'Ctrl+K',
        run: () => openPalette(true),
      },
      {
        id: 'keys',
        title: strings.keySheet,
        group: 'Everywhere',
        keys: '?',
        run: () => openKeys(true),
      },
      {
        id: 'theme',
        title: 'Light or dark',
        group: 'Everywhere',
        keys: 'Shift+F12',
        run: () => setPreference('theme', shown === 'light' ? 'dark' : 'light'),
      },
      {
        id: 'time-zone',
        title: strings.switchTimeZone,
        group: 'Everywhere',
        run: () => setPreference('timeZone', timeZone === 'utc' ? 'local' : 'utc'),
      },
      ...pages
        .filter(({ isFor }) => isFor?.(session.may) ?? true)
        .map(
          ({ start, title, keys }): Command => ({
            id: `go${start}`,
            title,
            group: 'Go to',
            keys,
            run: () => navigate(start),
          }),
        ),
    ];
  }, [navigate, openPalette, openKeys, shown, timeZone, session]);
}
