import { useCallback, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { HuntRequest } from '../api/types.js';
import { setPreference, usePreferences } from '../app/preferences.js';
import { useSession } from '../app/session-context.js';
import { setStatusText } from '../app/status-text.js';
import { copyText } from '../results/clipboard.js';
import type { AskedView } from '../results/results.js';
import { endOfQuery } from './add-to-query.js';
import { columnValuesQuery } from './column-values.js';
import { copyAs, copyKinds } from './copy-as.js';
import { copyHunt } from './copy-hunt.js';
import { forgetText } from './editor/code-editor.js';
import type { EditorHandle } from './editor/editor-handle.js';
import { EditorPart } from './editor-part.js';
import { useEstimate } from './estimate.js';
import { useHuntCommands } from './hunt-commands.js';
import { openTabs } from './open-tabs.js';
import { PlanDrawer } from './plan.js';
import { useSchema } from './queries.js';
import { ResultPart } from './result-part.js';
import { forgetRun, recallRun, runOf, useRun } from './runs.js';
import { shareLink } from './share.js';
import { SidePane } from './side-pane.js';
import { Splitter } from './splitter.js';
import { isOnlyComments, statementAt } from './statements.js';
import { strings } from './strings.js';
import { TabStrip } from './tab-strip.js';
import { useTableCommands } from './table-commands.js';
import type { TabStore } from './tabs.js';
import { requestOf, type Target, useTarget } from './target.js';
import { useFindings } from './use-findings.js';
import { type FunctionKeeping, useFunctions } from './use-functions.js';
import { useOpening } from './use-opening.js';
import { useRunQuery } from './use-run-query.js';
import { useSaving } from './use-saving.js';
import { useSharedLink } from './use-shared-link.js';
import { Welcome } from './welcome.js';
import './hunt.css';

/** Where an analyst works: queries in tabs, the schema beside them, results below. */
export function HuntPage() {
  const { session, settings } = useSession();
  const owner = `${session.tenant.id}.${session.user.id}`;
  const store = openTabs(owner);
  const state = useSyncExternalStore(store.subscribe, store.get);
  const tab = store.active();
  const shown = useRun(owner, tab.id);
  const run = shown?.run;
  const { schemaOpen, schemaWidth, editorShare } = usePreferences();
  const schema = useSchema();
  const editor = useRef<EditorHandle>(null);
  const body = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
  const [planned, setPlanned] = useState<HuntRequest>();
  const [view, setView] = useState<AskedView>();
  const statement = useMemo(() => statementAt(tab.text, cursor), [tab.text, cursor]);
  const query = statement?.text ?? '';
  const target = useTarget(store, editor);
  const saving = useSaving(store);
  const functions = useFunctions();
  useSharedLink(store);

  const runQuery = useRunQuery(owner, { store, editor, target });
  const { openText, openEmpty, openSaved, openAndRun, openExample } = useOpening(
    store,
    editor,
    runQuery,
  );
  const close = useCallback(
    (id: string) => {
      forgetRun(id);
      store.close(id);
      forgetText(id);
    },
    [store],
  );

  const commands = useHuntCommands({
    isRunning: run?.phase === 'running',
    ...{ store, editor, runQuery, close, save: saving.save },
    ...pageActions({ store, target, functions, setPlanned, setView }),
  });
  useTableCommands(schema.data?.tables, openText);
  const estimate = useEstimate(isOnlyComments(query) ? undefined : requestOf(query, tab), tab);
  const findings = useFindings(tab.text, statement, run, estimate, schema.data);

  const addToQuery = (lines: string) => {
    const end = endOfQuery(store.active().text, run?.start ?? cursor);
    if (end === undefined) editor.current?.insert(lines);
    else editor.current?.replace(end, end, `\n${lines.trim()}`);
  };

  return (
    <div className="qh-page">
      <h1 className="qh-hidden">{strings.page}</h1>
      {schemaOpen && (
        <>
          <SidePane
            width={schemaWidth}
            schema={schema}
            actions={{
              insert: (text) => editor.current?.insert(text),
              preview: (table) => openAndRun(table, `${table}\n| take 50\n`),
              values: (table, column) => openAndRun(column.name, columnValuesQuery(table, column)),
            }}
            functionActions={{
              insert: (text) => editor.current?.insert(text),
              open: openText,
              keeping: functions,
            }}
            savedActions={{ open: openSaved, rename: saving.rename, remove: saving.remove }}
            openPast={(hunt) => openText(strings.panes.history, hunt.text)}
          />
          <PaneSplitter width={schemaWidth} />
        </>
      )}
      <div className="qh-main">
        <TabStrip {...{ state, store }} onOpen={openEmpty} onClose={close} />
        <div
          id="hunt-panel"
          role="tabpanel"
          aria-labelledby={`tab-${tab.id}`}
          className="qh-panel"
          ref={body}
        >
          <EditorPart
            {...{ tab, store, editor, query, findings }}
            isRunning={run?.phase === 'running'}
            estimate={estimate.text}
            schema={schema.data}
            commands={commands}
            onMove={() => setCursor(editor.current?.selection().start ?? 0)}
            onCopyAs={(kind) => {
              const found = target();
              if (!found) return;
              const { title } = copyKinds[kind];
              void copy(copyAs(location.origin, kind, found.request), strings.copied(title));
            }}
          />
          <EditorSplitter share={editorShare} heightOf={() => body.current?.clientHeight ?? 600} />
          <div className="qh-result-part">
            {shown ? (
              <ResultPart
                {...{ tab, shown, view }}
                schema={schema.data}
                onReplace={(start, end, text) => editor.current?.replace(start, end, text)}
                onShowProblem={(start, length) => editor.current?.reveal(start, length)}
                onAgain={() => runQuery()}
                onAddToQuery={addToQuery}
                onOpenQuery={(text, title) => openText(title, text)}
              />
            ) : (
              <Welcome isDemo={settings.demo} onOpen={openExample} />
            )}
          </div>
        </div>
      </div>
      {saving.dialogs}
      {functions?.dialogs}
      <PlanDrawer request={planned} onClose={() => setPlanned(undefined)} />
    </div>
  );
}

/** What the commands do with the query under the cursor and with its answer. */
function pageActions({
  store,
  target,
  functions,
  setPlanned,
  setView,
}: {
  readonly store: TabStore;
  readonly target: () => Target | undefined;
  readonly functions: FunctionKeeping | undefined;
  readonly setPlanned: (request: HuntRequest) => void;
  readonly setView: (view: AskedView) => void;
}) {
  return {
    stop: () => runOf(store.active().id)?.stop(),
    share: async () => {
      const { title, text, range } = store.active();
      await copy(await shareLink(location.origin, { title, text, range }), strings.linkCopied);
    },
    explain: () => {
      const found = target();
      if (found) setPlanned(found.request);
      else setStatusText(strings.planEmpty);
    },
    recall: () => {
      const found = target();
      const isThere = found && recallRun(store.active().id, found.request.query);
      setStatusText(isThere ? '' : strings.noEarlierAnswer);
    },
    changes: () => setView({ id: 'changes' }),
    ...(functions && {
      saveFunction: () => {
        const found = target();
        if (found) functions.make(found.request.query);
        else setStatusText(strings.planEmpty);
      },
    }),
    copyAll: async () =>
      setStatusText(await copyHunt(store.active(), runOf(store.active().id)?.get())),
  };
}

/** Between the schema and the tabs. */
function PaneSplitter({ width }: { readonly width: number }) {
  return (
    <Splitter
      label={strings.resizePane}
      orientation="vertical"
      value={width}
      min={200}
      max={640}
      onMove={(delta) => setPreference('schemaWidth', Math.min(640, Math.max(200, width + delta)))}
    />
  );
}

/** Between a query and its rows. */
function EditorSplitter({
  share,
  heightOf,
}: {
  /** Of the height that both have. */
  readonly share: number;
  readonly heightOf: () => number;
}) {
  return (
    <Splitter
      label={strings.resizeEditor}
      orientation="horizontal"
      value={share * 100}
      min={15}
      max={85}
      onMove={(delta) =>
        setPreference('editorShare', Math.min(0.85, Math.max(0.15, share + delta / heightOf())))
      }
    />
  );
}

async function copy(text: string, said: string): Promise<void> {
  if (await copyText(text)) setStatusText(said);
  else window.prompt(strings.copyYourself, text);
}
