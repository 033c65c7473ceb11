import type * as Monaco from 'monaco-editor/esm/vs/editor/editor.api';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';

import type { Hint, Problem, Schema } from '../../api/types.js';
import type { ThemeName } from '../../app/theme.js';
import { statementAt, statementsOf } from '../statements.js';
import { strings } from '../strings.js';
import { forgiveBlankLines } from './continued-queries.js';
import type { EditorHandle } from './editor-handle.js';
import { explainFunctions } from './function-hover.js';
import { offerFixes, showFindings } from './hints.js';
import type * as Setup from './monaco.js';
import { completeValues } from './value-completion.js';
import { keepWholeWords } from './whole-words.js';

export interface Findings {
  /** Where the query that they are about starts in the text. */
  readonly start: number;
  readonly problem?: Problem | undefined;
  readonly hints?: readonly Hint[];
}

interface CodeEditorProps {
  readonly setup: typeof Setup;
  readonly tab: string;
  readonly text: string;
  readonly schema: Schema | undefined;
  readonly theme: ThemeName;
  readonly findings: Findings | undefined;
  readonly onChange: (text: string) => void;
  readonly onMove: () => void;
  readonly ref: Ref<EditorHandle>;
}

interface Open {
  readonly model: Monaco.editor.ITextModel;
  view: Monaco.editor.ICodeEditorViewState | null;
}

/** Texts with their histories and cursors, of tabs that have been shown; by the id of the tab. */
const opened = new Map<string, Open>();

export function forgetText(tab: string): void {
  opened.get(tab)?.model.dispose();
  opened.delete(tab);
}

const options: Monaco.editor.IStandaloneEditorConstructionOptions = {
  model: null,
  automaticLayout: true,
  fixedOverflowWidgets: true,
  minimap: { enabled: false },
  fontSize: 13,
  lineHeight: 20,
  lineNumbersMinChars: 3,
  scrollBeyondLastLine: false,
  renderLineHighlight: 'none',
  renderFinalNewline: 'on',
  occurrencesHighlight: 'off',
  wordWrap: 'on',
  padding: { top: 6, bottom: 6 },
  ariaLabel: strings.editor,
  tabFocusMode: false,
  bracketPairColorization: { enabled: false },
  // Enter behind a space or a bracket is a new line until something has been begun or chosen.
  suggest: { showStatusBar: false, selectionMode: 'whenQuickSuggestion' },
  scrollbar: { alwaysConsumeMouseWheel: false },
};

/** Microsoft's KQL mode on the server's schema. */
export function CodeEditor(props: CodeEditorProps) {
  const { setup, tab, text, schema, theme, findings } = props;
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Monaco.editor.IStandaloneCodeEditor | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    if (!place.current) return;
    const { monaco } = setup;
    setup.setEditorTheme(latest.current.theme);
    const created = monaco.editor.create(place.current, options);
    editor.current = created;
    const shade = statementShade(setup, created);
    const disposables = [
      created.onDidChangeModelContent(() => {
        latest.current.onChange(created.getValue());
        shade();
      }),
      created.onDidChangeCursorPosition(() => {
        latest.current.onMove();
        shade();
      }),
      created.onDidChangeModel(shade),
      keepWholeWords(monaco, created),
      offerFixes(monaco),
      forgiveBlankLines(monaco),
      completeValues(monaco, () => latest.current.schema),
      explainFunctions(monaco, () => latest.current.schema),
      setup.helpWithSignatures(),
    ];
    return () => {
      const last = opened.get(latest.current.tab);
      if (last) last.view = created.saveViewState();
      for (const disposable of disposables) disposable.dispose();
      created.dispose();
      editor.current = undefined;
    };
  }, [setup]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a tab's text is put in when it is first shown
  useEffect(() => {
    const shown = editor.current;
    if (!shown) return;
    const open = openText(setup, tab, text);
    shown.setModel(open.model);
    if (open.view) shown.restoreViewState(open.view);
    return () => {
      open.view = shown.getModel() === open.model ? shown.saveViewState() : open.view;
    };
  }, [setup, tab]);

  // What has been written to the tab from elsewhere.
  useEffect(() => {
    const model = opened.get(tab)?.model;
    if (model && model.getValue() !== text) model.setValue(text);
  }, [tab, text]);

  useEffect(() => setup.setEditorTheme(theme), [setup, theme]);

  useEffect(() => {
    const model = opened.get(tab)?.model;
    if (schema && model) void setup.setEditorSchema(model, schema);
  }, [setup, schema, tab]);

  useEffect(() => {
    const model = opened.get(tab)?.model;
    if (model) showFindings(setup.monaco, model, findings?.start ?? 0, findings ?? {});
  }, [setup, tab, findings]);

  useImperativeHandle(props.ref, () => handleOf(setup, () => editor.current), [setup]);

  return <div ref={place} className="qh-code-editor" />;
}

/** Marks, whenever it is called, the lines of the query under the cursor, where there are several. */
function statementShade(
  { monaco }: typeof Setup,
  editor: Monaco.editor.IStandaloneCodeEditor,
): () => void {
  const current = editor.createDecorationsCollection();
  return () => {
    const model = editor.getModel();
    const position = editor.getPosition();
    if (!model || !position) return;
    const all = statementsOf(model.getValue());
    const statement = statementAt(model.getValue(), model.getOffsetAt(position));
    const { firstLine = 0, lastLine = 0 } = (all.length > 1 && statement) || {};
    current.set(
      firstLine > 0
        ? [
            {
              range: new monaco.Range(firstLine, 1, lastLine, 1),
              options: { isWholeLine: true, linesDecorationsClassName: 'qh-current-statement' },
            },
          ]
        : [],
    );
  };
}

function openText({ monaco }: typeof Setup, tab: string, text: string): Open {
  const known = opened.get(tab);
  if (known) return known;
  const uri = monaco.Uri.parse(`inmemory://hunt/${tab}.kql`);
  const model = monaco.editor.createModel(text, 'kusto', uri);
  // Places in a text are counted in it as the server sees it.
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  const open: Open = { model, view: null };
  opened.set(tab, open);
  return open;
}

function handleOf(
  { monaco }: typeof Setup,
  editorOf: () => Monaco.editor.IStandaloneCodeEditor | undefined,
): EditorHandle {
  const withModel = <T,>(
    act: (editor: Monaco.editor.IStandaloneCodeEditor, model: Monaco.editor.ITextModel) => T,
    otherwise: T,
  ): T => {
    const editor = editorOf();
    const model = editor?.getModel();
    return editor && model ? act(editor, model) : otherwise;
  };
  const rangeOf = (model: Monaco.editor.ITextModel, start: number, end: number) =>
    monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end));
  const selection = () =>
    withModel(
      (editor, model) => {
        const range = editor.getSelection();
        if (!range) return { start: 0, end: 0 };
        return {
          start: model.getOffsetAt(range.getStartPosition()),
          end: model.getOffsetAt(range.getEndPosition()),
        };
      },
      { start: 0, end: 0 },
    );
  const replace = (start: number, end: number, text: string) =>
    withModel((editor, model) => {
      editor.pushUndoStop();
      editor.executeEdits('quarry', [
        { range: rangeOf(model, start, end), text, forceMoveMarkers: true },
      ]);
      editor.pushUndoStop();
      editor.focus();
    }, undefined);
  const run = (action: string) =>
    withModel((editor) => {
      editor.focus();
      void editor.getAction(action)?.run();
    }, undefined);
  return {
    selection,
    replace,
    insert: (text) => replace(selection().start, selection().end, text),
    reveal: (start, length) =>
      withModel((editor, model) => {
        const range = rangeOf(model, start, start + length);
        editor.setSelection(range);
        editor.revealRangeInCenterIfOutsideViewport(range);
        editor.focus();
      }, undefined),
    focus: () => editorOf()?.focus(),
    closeHelp: () => {
      editorOf()?.trigger('quarry', 'hideSuggestWidget', null);
      editorOf()?.trigger('quarry', 'closeParameterHints', null);
    },
    format: () => run('editor.action.formatDocument'),
    fix: () => run('editor.action.quickFix'),
  };
}
