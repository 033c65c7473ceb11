import { Button, Tooltip } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { type KeyboardEvent, useState } from 'react';
import { legible } from '../results/values/display.js';
import { strings } from './strings.js';
import type { HuntTab, TabStore, Tabs } from './tabs.js';

/** The open queries: click to show, double-click to rename, middle-click to close. */
export function TabStrip({
  state,
  store,
  onOpen,
  onClose,
}: {
  readonly state: Tabs;
  readonly store: TabStore;
  readonly onOpen: () => void;
  readonly onClose: (id: string) => void;
}) {
  const [renaming, setRenaming] = useState<string>();
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined || renaming) return;
    event.preventDefault();
    store.step(step);
    const { active } = store.get();
    document.getElementById(`tab-${active}`)?.focus();
  };
  return (
    <div className="qh-tabs">
      <div role="tablist" aria-label={strings.tabs} className="qh-tab-list" onKeyDown={onKeyDown}>
        {state.tabs.map((tab) =>
          renaming === tab.id ? (
            <NameInput
              key={tab.id}
              tab={tab}
              onDone={(title) => {
                if (title) store.change(tab.id, { title });
                setRenaming(undefined);
              }}
            />
          ) : (
            <TabButton
              key={tab.id}
              tab={tab}
              isActive={tab.id === state.active}
              onShow={() => store.activate(tab.id)}
              onRename={() => setRenaming(tab.id)}
              onClose={() => onClose(tab.id)}
            />
          ),
        )}
      </div>
      <Tooltip content={`${strings.newTab} (Ctrl+J)`} relationship="label">
        <Button size="small" appearance="subtle" icon={<AddRegular />} onClick={onOpen} />
      </Tooltip>
    </div>
  );
}

function TabButton({
  tab,
  isActive,
  onShow,
  onRename,
  onClose,
}: {
  readonly tab: HuntTab;
  readonly isActive: boolean;
  readonly onShow: () => void;
  readonly onRename: () => void;
  readonly onClose: () => void;
}) {
  const isModified = tab.saved !== undefined && tab.saved.text !== tab.text;
  return (
    <div className={isActive ? 'qh-tab qh-tab-active' : 'qh-tab'} role="presentation">
      <button
        type="button"
        id={`tab-${tab.id}`}
        role="tab"
        aria-selected={isActive}
        aria-controls="hunt-panel"
        tabIndex={isActive ? 0 : -1}
        className="qh-tab-name"
        title={legible(tab.title)}
        onClick={onShow}
        onDoubleClick={onRename}
        onAuxClick={(event) => event.button === 1 && onClose()}
        onKeyDown={(event) => {
          if (event.key === 'F2') onRename();
          if (event.key === 'Delete') onClose();
        }}
      >
        {legible(tab.title)}
        {isModified && (
          <span role="img" aria-label={strings.modified} title={strings.modified}>
            {' '}
            *
          </span>
        )}
      </button>
      {/* For the mouse: a list of tabs has tabs alone, and the keys are Delete and Alt+W. */}
      <button
        type="button"
        className="qh-tab-close"
        aria-hidden
        title={strings.closeTab(legible(tab.title))}
        tabIndex={-1}
        onClick={onClose}
      >
        <DismissRegular />
      </button>
    </div>
  );
}

function NameInput({
  tab,
  onDone,
}: {
  readonly tab: HuntTab;
  readonly onDone: (title: string | undefined) => void;
}) {
  const [title, setTitle] = useState(tab.title);
  return (
    <input
      className="qh-tab-input"
      aria-label={strings.renameTab}
      // biome-ignore lint/a11y/noAutofocus: it takes the place of the tab that had the focus
      autoFocus
      value={title}
      maxLength={100}
      onFocus={(event) => event.target.select()}
      onChange={({ target }) => setTitle(target.value)}
      onBlur={() => onDone(title.trim() || undefined)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onDone(title.trim() || undefined);
        if (event.key === 'Escape') onDone(undefined);
        event.stopPropagation();
      }}
    />
  );
}
