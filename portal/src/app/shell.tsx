import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { isSessionOver, onSessionOver, signIn } from '../api/session.js';
import { useCommands } from './commands.js';
import { Header } from './header.js';
import { KeySheet } from './key-sheet.js';
import { pages } from './pages.js';
import { Palette } from './palette.js';
import { useShellCommands } from './shell-commands.js';
import { StatusBar } from './status-bar.js';
import { strings } from './strings.js';

const useStyles = makeStyles({
  shell: {
    display: 'grid',
    // Never wider than the window, whatever is in it.
    gridTemplateColumns: 'minmax(0, 1fr)',
    gridTemplateRows: 'auto auto minmax(0, 1fr) auto',
    height: '100vh',
    backgroundColor: tokens.colorNeutralBackground2,
    color: tokens.colorNeutralForeground1,
  },
  skip: {
    position: 'absolute',
    left: '8px',
    top: '-48px',
    zIndex: 10,
    padding: '8px 12px',
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorBrandForegroundLink,
    ':focus': { top: '4px' },
  },
  main: {
    minHeight: 0,
    minWidth: 0,
    overflow: 'hidden',
    display: 'flex',
    flexDirection: 'column',
    // Where the focus goes on from: nothing to press is in it.
    outline: 'none',
  },
});

/** The frame around every page. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const styles = useStyles();
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [keysOpen, setKeysOpen] = useState(false);
  const over = useSyncExternalStore(onSessionOver, isSessionOver);
  const [address] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(address);
  // Whoever went to another page by its keys or a link goes on there.
  useEffect(() => {
    if (shown.current === address) return;
    shown.current = address;
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, [address]);
  useEffect(() => {
    const page = pages.find(({ start }) => address === start || address.startsWith(`${start}/`));
    document.title = page ? `${page.title} – ${strings.product}` : strings.product;
  }, [address]);
  useCommands(useShellCommands({ openPalette: setPaletteOpen, openKeys: setKeysOpen }));
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#page">
        {strings.skip}
      </a>
      <Header openPalette={() => setPaletteOpen(true)} openKeys={() => setKeysOpen(true)} />
      <div>
        {over && (
          <MessageBar intent="warning">
            <MessageBarBody>{strings.sessionOver}</MessageBarBody>
            <MessageBarActions>
              <Button onClick={() => void signIn(address + location.search)}>
                {strings.signIn}
              </Button>
            </MessageBarActions>
          </MessageBar>
        )}
      </div>
      <main id="page" ref={main} className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <StatusBar />
      <Palette open={paletteOpen} onClose={() => setPaletteOpen(false)} />
      <KeySheet open={keysOpen} onClose={() => setKeysOpen(false)} />
    </div>
  );
}
