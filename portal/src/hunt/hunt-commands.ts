import { type RefObject, useMemo, useRef } from 'react';
import { type Command, useCommands } from '../app/commands.js';
import { setPreference, usePreferences } from '../app/preferences.js';
import { withStep } from './add-to-query.js';
import type { EditorHandle } from './editor/editor-handle.js';
import { strings } from './strings.js';
import type { TabStore } from './tabs.js';
import type { ToolbarCommand } from './toolbar.js';

interface Parts {
  readonly isRunning: boolean;
  readonly store: TabStore;
  readonly editor: RefObject<EditorHandle | null>;
  readonly runQuery: (change?: (text: string) => string) => void;
  readonly close: (tab: string) => void;
  readonly save: (asNew: boolean) => Promise<void>;
  readonly stop: () => void;
  readonly share: () => Promise<void>;
  readonly explain: () => void;
  readonly recall: () => void;
  readonly changes: () => void;
  readonly copyAll: () => Promise<void>;
  /** Absent for those who may not. */
  readonly saveFunction?: () => void;
}

const group = strings.page;

/** Those that buttons of the page do as well. */
export type HuntCommands = Readonly<Record<ToolbarCommand, Command>> & {
  readonly saveFunction?: Command;
};

/** What can be done on the hunting page, by buttons, keys and the palette alike. */
export function useHuntCommands(parts: Parts): HuntCommands {
  const latest = useRef(parts);
  latest.current = parts;
  const { schemaOpen } = usePreferences();
  const { isRunning } = parts;
  const mayKeep = parts.saveFunction !== undefined;
  const { list, byName } = useMemo(() => {
    const now = () => latest.current;
    const command = (id: string, title: string, keys: string | undefined, run: () => void) => ({
      id: `hunt.${id}`,
      title,
      group,
      ...(keys !== undefined && { keys }),
      run,
    });
    const byName: Record<ToolbarCommand, Command> = {
      run: command('run', strings.run, 'Shift+Enter', () => now().runQuery()),
      stop: {
        ...command('stop', strings.stop, 'Esc', () => now().stop()),
        when: () => !isSomethingOpen(),
      },
      preview: command('preview', strings.preview, 'Alt+Shift+Enter', () =>
        now().runQuery((text) => withStep(text, '| take 50')),
      ),
      explain: command('explain', strings.explain, 'Ctrl+Shift+E', () => now().explain()),
      format: command('format', strings.format, 'Alt+Shift+F', () =>
        now().editor.current?.format(),
      ),
      fix: command('fix', strings.fix, 'Alt+Enter', () => now().editor.current?.fix()),
      save: command('save', strings.save, 'Ctrl+S', () => void now().save(false)),
      saveAs: command('save-as', strings.saveAs, undefined, () => void now().save(true)),
      share: command('share', strings.share, undefined, () => void now().share()),
    };
    const saveFunction = mayKeep
      ? command('save-function', strings.saveFunction, undefined, () => now().saveFunction?.())
      : undefined;
    const { stop, ...always } = byName;
    const answers = [
      command('recall', strings.recall, 'F8', () => now().recall()),
      command('changes', strings.changes, 'Ctrl+Shift+D', () => now().changes()),
      command('copy-all', strings.copyAll, 'Shift+Alt+C', () => void now().copyAll()),
    ];
    // Whoever opens one is going to write in it.
    const write = () => now().editor.current?.focus();
    const tabs = [
      command('new-tab', strings.newTab, 'Ctrl+J', () => {
        now().store.open();
        write();
      }),
      command('close-tab', 'Close the tab', 'Alt+W', () => now().close(now().store.active().id)),
      command('reopen-tab', 'Open the closed tab again', 'Ctrl+Shift+Alt+T', () => {
        now().store.reopen();
        write();
      }),
      command('tab-left', 'Tab to the left', 'Ctrl+Alt+[', () => now().store.step(-1)),
      command('tab-right', 'Tab to the right', 'Ctrl+Alt+]', () => now().store.step(1)),
      command('pane', schemaOpen ? strings.hidePane : strings.showPane, 'Ctrl+Alt+B', () =>
        setPreference('schemaOpen', !schemaOpen),
      ),
      command('next-part', 'Next part of the page', 'F6', () => focusNextPart(now().editor)),
      command('queries', 'Saved queries', 'g q', () => showPane('queries')),
    ];
    return {
      byName: { ...byName, ...(saveFunction && { saveFunction }) },
      list: [
        ...Object.values(always),
        ...(saveFunction ? [saveFunction] : []),
        ...(isRunning ? [stop] : []),
        ...answers,
        ...tabs,
      ],
    };
  }, [isRunning, schemaOpen, mayKeep]);
  useCommands(list);
  return byName;
}

/** Whether Esc closes something first: a dialog, a menu, the editor's suggestions or its search. */
function isSomethingOpen(): boolean {
  const open = '[role=dialog], [role=menu], .suggest-widget.visible, .find-widget.visible';
  return document.querySelector(open) !== null;
}

/** Editor, results, schema, and around. */
function focusNextPart(editor: RefObject<EditorHandle | null>): void {
  const within = (selector: string) => document.activeElement?.closest(selector) !== null;
  if (within('.qh-result-part')) {
    focusFirst('.qh-side input', '.qh-side button');
  } else if (within('.qh-editor-part')) {
    focusFirst(
      '.qh-result-part [role=grid]',
      ...['[tabindex="0"]', 'button', 'input'].map((each) => `.qh-result-part ${each}`),
    );
  } else editor.current?.focus();
}

/** The first of these that is there. */
function focusFirst(...selectors: readonly string[]): void {
  const found = selectors.map((selector) => document.querySelector<HTMLElement>(selector));
  found.find((element) => element !== null)?.focus();
}

function showPane(id: string): void {
  setPreference('schemaOpen', true);
  const url = new URL(location.href);
  url.searchParams.set('pane', id);
  history.replaceState(history.state, '', url);
}
