import { type RefObject, useMemo } from 'react';
import type { Schema } from '../api/types.js';
import { usePreferences } from '../app/preferences.js';
import { useThemeName } from '../app/theme.js';
import type { CopyKind } from './copy-as.js';
import type { Findings } from './editor/code-editor.js';
import { Editor } from './editor/editor.js';
import type { EditorHandle } from './editor/editor-handle.js';
import type { HuntCommands } from './hunt-commands.js';
import { ParameterInputs } from './parameter-inputs.js';
import { parametersOf } from './parameters.js';
import type { HuntTab, TabStore } from './tabs.js';
import { hasTimeFilter } from './time-range.js';
import { Toolbar } from './toolbar.js';

/** A tab's text, what is done with it, and what its query asks to be told first. */
export function EditorPart({
  tab,
  store,
  editor,
  query,
  isRunning,
  estimate,
  findings,
  schema,
  commands,
  onMove,
  onCopyAs,
}: {
  readonly tab: HuntTab;
  readonly store: TabStore;
  readonly editor: RefObject<EditorHandle | null>;
  /** The one that the cursor is in. */
  readonly query: string;
  readonly isRunning: boolean;
  readonly estimate: string | undefined;
  readonly findings: Findings | undefined;
  readonly schema: Schema | undefined;
  readonly commands: HuntCommands;
  readonly onMove: () => void;
  readonly onCopyAs: (kind: CopyKind) => void;
}) {
  const { theme, editorShare } = usePreferences();
  const themeName = useThemeName(theme);
  const parameters = useMemo(() => parametersOf(query), [query]);
  const isTimeInQuery = useMemo(() => hasTimeFilter(query), [query]);
  return (
    <div className="qh-editor-part" style={{ flexBasis: `${editorShare * 100}%` }}>
      <Toolbar
        isRunning={isRunning}
        range={tab.range}
        isTimeInQuery={isTimeInQuery}
        estimate={estimate}
        commands={commands}
        onRange={(range) => store.change(tab.id, { range })}
        onCopyAs={onCopyAs}
      />
      {parameters.length > 0 && (
        <ParameterInputs
          parameters={parameters}
          values={tab.parameters}
          onChange={(values) => store.change(tab.id, { parameters: values })}
        />
      )}
      <Editor
        ref={editor}
        tab={tab.id}
        text={tab.text}
        schema={schema}
        theme={themeName}
        findings={findings}
        onChange={(text) => store.change(tab.id, { text })}
        onMove={onMove}
      />
    </div>
  );
}
