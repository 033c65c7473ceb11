import { Spinner } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import {
  lazy,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { HuntRequest, PastHunt, SavedQuery } from '../api/types.js';
import { type Command, useCommands } from '../app/commands.js';
import { ErrorBoundary } from '../app/error-boundary.js';

import { setPreference, usePreferences } from '../app/preferences.js';
import { useSession } from '../app/session-context.js';
import { setStatusText } from '../app/status-text.js';
import { useThemeName } from '../app/theme.js';
import { type CopyKind, copyAs } from './copy-as.js';
import { RemoveDialog, SaveDialog } from './dialogs.js';
import { type Findings, forgetText } from './editor/code-editor.js';
import { Editor } from './editor/editor.js';
import type { EditorHandle } from './editor/editor-handle.js';
import { useEstimate } from './estimate.js';
import { type Example, startHere } from './examples.js';
import { useHuntCommands } from './hunt-commands.js';
import { ParameterInputs } from './parameter-inputs.js';
import { parametersOf, parameterValues } from './parameters.js';
import { PlanDrawer } from './plan.js';
import { removeQuery, type SavedQueryContent, saveQuery, useSchema } from './queries.js';
import { RunProblem, RunStatus } from './run-status.js';
import { forgetRun, runOf, startRun, useRun } from './runs.js';
import { sharedQuery, shareLink } from './share.js';
import { SidePane } from './side-pane.js';
import { Splitter } from './splitter.js';
import { isOnlyComments, statementAt } from './statements.js';
import { strings } from './strings.js';
import { TabStrip } from './tab-strip.js';
import { newTab, TabStore } from './tabs.js';
import { hasTimeFilter, timespanOf } from './time-range.js';
import { Toolbar } from './toolbar.js';
import { Welcome } from './welcome.js';
import './hunt.css';

const Results = lazy(async () => ({ default: (await import('../results/results.js')).Results }));

const stores = new Map<string, TabStore>();

/** The tabs of who is signed in; they outlive the page being left for another. */
function tabStore(owner: string): TabStore {
  const known = stores.get(owner);
  if (known) return known;
  const store = new TabStore(owner, () => [
    newTab({ title: startHere.title, text: startHere.text }),
  ]);
  stores.set(owner, store);
  return store;
}

/** The query of a tab that the cursor is in, or what is selected, as it would be run. */
interface Target {
  readonly request: HuntRequest;
  readonly start: number;
}

/** Where an analyst works: queries in tabs, the schema beside them, results below. */
export function HuntPage() {
  const { session, settings } = useSession();
  const store = tabStore(`${session.tenant.id}.${session.user.id}`);
  const state = useSyncExternalStore(store.subscribe, store.get);
  const tab = store.active();
  const { state: run, previous } = useRun(tab.id);
  // The last answer stays until there is another, and with it how its grid was laid out.
  const isWaiting = run?.phase === 'running' && run.result.columns.length === 0;
  const result = isWaiting ? previous : run?.result;
  const preferences = usePreferences();
  const theme = useThemeName(preferences.theme);
  const schema = useSchema();
  const client = useQueryClient();
  const editor = useRef<EditorHandle>(null);
  const body = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
  const [saving, setSaving] = useState<Saving>();
  const [removing, setRemoving] = useState<SavedQuery>();
  const [planned, setPlanned] = useState<HuntRequest>();

  const statement = useMemo(() => statementAt(tab.text, cursor), [tab.text, cursor]);
  const query = statement?.text ?? '';
  const parameters = useMemo(() => parametersOf(query), [query]);
  const isTimeInQuery = useMemo(() => hasTimeFilter(query), [query]);

  const requestOf = useCallback(
    (text: string): HuntRequest => {
      const { range, parameters: typed } = store.active();
      const timespan = timespanOf(range, text);
      const values = parameterValues(parametersOf(text), typed);
      return {
        query: text,
        ...(timespan && { timespan }),
        ...(values && { parameters: values }),
      };
    },
    [store],
  );

  const target = useCallback((): Target | undefined => {
    const { text } = store.active();
    const { start, end } = editor.current?.selection() ?? { start: 0, end: 0 };
    const chosen = start < end ? { text: text.slice(start, end), start } : statementAt(text, start);
    if (!chosen || isOnlyComments(chosen.text)) return undefined;
    return { request: requestOf(chosen.text), start: chosen.start };
  }, [store, requestOf]);

  const runQuery = useCallback(
    (change: (text: string) => string = (text) => text) => {
      const found = target();
      if (!found) return setStatusText(strings.nothingToRun);
      const request = { ...found.request, query: change(found.request.query) };
      const started = startRun(store.active().id, request, found.start);
      setStatusText('');
      const stop = started.subscribe(() => {
        if (started.get().phase === 'running') return;
        stop();
        void client.invalidateQueries({ queryKey: ['history'] });
        void client.invalidateQueries({ queryKey: ['usage'] });
      });
    },
    [target, store, client],
  );

  const openText = useCallback(
    (title: string, text: string, more: object = {}) => {
      store.open({ title, text, range: store.active().range, ...more });
    },
    [store],
  );

  const close = useCallback(
    (id: string) => {
      forgetRun(id);
      store.close(id);
      forgetText(id);
    },
    [store],
  );

  const save = useCallback(
    async (asNew: boolean) => {
      const { id, title, text, saved } = store.active();
      const known = client
        .getQueryData<readonly SavedQuery[]>(['queries'])
        ?.find((each) => each.id === saved?.id);
      if (known && !asNew && known.owner.id === session.user.id) {
        const { name, folder, shared } = known;
        try {
          await saveQuery(known.id, { name, folder, shared, text });
        } catch (error) {
          return setStatusText(error instanceof Error ? error.message : String(error));
        }
        store.change(id, { saved: { id: known.id, text } });
        setStatusText(strings.saved(name));
        await client.invalidateQueries({ queryKey: ['queries'] });
        return;
      }
      const content = { name: title, folder: known?.folder ?? '', text, shared: false };
      setSaving({ content, tab: id });
    },
    [store, client, session.user.id],
  );

  const finishSaving = async (content: SavedQueryContent) => {
    const made = await saveQuery(saving?.id, content);
    const tabs = store
      .get()
      .tabs.filter(({ id, saved }) => id === saving?.tab || saved?.id === made.id);
    for (const { id } of tabs) {
      store.change(id, { title: made.name, saved: { id: made.id, text: made.text } });
    }
    setStatusText(strings.saved(made.name));
    await client.invalidateQueries({ queryKey: ['queries'] });
  };

  const copy = useCallback((text: string, said: string) => {
    navigator.clipboard.writeText(text).then(
      () => setStatusText(said),
      () => window.prompt(strings.shareTitle, text),
    );
  }, []);

  const commands = useHuntCommands({
    isRunning: run?.phase === 'running',
    store,
    editor,
    runQuery,
    close,
    save,
    stop: () => runOf(store.active().id)?.stop(),
    share: async () => {
      const { title, text, range } = store.active();
      copy(await shareLink({ title, text, range }), strings.linkCopied);
    },
    explain: () => {
      const found = target();
      if (found) setPlanned(found.request);
      else setStatusText(strings.planEmpty);
    },
  });
  useCommands(commands.list);

  const tables = schema.data?.tables;
  const insertTable = useMemo(
    () =>
      (tables ?? []).map(
        ({ name, description, category }): Command => ({
          id: `table.${name}`,
          title: name,
          group: `Tables`,
          detail: description ?? category,
          run: () => openText(name, `${name}\n| take 100\n`),
        }),
      ),
    [tables, openText],
  );
  useCommands(insertTable);

  // A link's query is opened, and not run: it is somebody else's.
  useEffect(() => {
    const open = async () => {
      const shared = await sharedQuery(location.hash);
      if (!shared) return;
      history.replaceState(history.state, '', location.pathname + location.search);
      store.open(shared);
      setStatusText(strings.sharedOpened);
    };
    void open();
    window.addEventListener('hashchange', open);
    return () => window.removeEventListener('hashchange', open);
  }, [store]);

  const estimate = useEstimate(isOnlyComments(query) ? undefined : requestOf(query), tab);
  const findings = useMemo((): Findings | undefined => {
    const problem = run?.phase === 'failed' ? run.problem : undefined;
    const isSame = run !== undefined && tab.text.startsWith(run.request.query, run.start);
    if (problem && isSame) return { start: run.start, problem };
    if (!statement) return undefined;
    return { start: statement.start, hints: estimate.hints, problem: estimate.problem };
  }, [run, tab.text, statement, estimate]);

  const addToQuery = (added: string) => {
    const start = run?.start ?? cursor;
    const at = statementAt(store.active().text, start);
    if (!at) return editor.current?.insert(added);
    // `render` stays the last word.
    const render = /\n?\s*\|\s*render\b[^|]*$/.exec(at.text);
    const end = at.start + (render?.index ?? at.text.trimEnd().length);
    editor.current?.replace(end, end, `\n${added.trim()}`);
  };
  const openSaved = (saved: SavedQuery) => {
    const known = store.get().tabs.find((each) => each.saved?.id === saved.id);
    if (known) return store.activate(known.id);
    const { id, text, name } = saved;
    openText(name, text, { saved: { id, text } });
  };
  const openExample = ({ title, text }: Example) => {
    if (store.active().text.trim() === '') store.change(tab.id, { title, text });
    else openText(title, text);
  };

  const height = body.current?.clientHeight ?? 600;
  const { schemaOpen, schemaWidth, editorShare } = preferences;
  return (
    <div className="qh-page">
      {schemaOpen && (
        <>
          <SidePane
            width={schemaWidth}
            schema={schema}
            actions={{
              insert: (text) => editor.current?.insert(text),
              preview: (table) => {
                openText(table, `${table}\n| take 50\n`);
                requestAnimationFrame(() => runQuery());
              },
            }}
            savedActions={{
              open: openSaved,
              rename: ({ id, name, folder, text, shared }) =>
                setSaving({ id, content: { name, folder, text, shared } }),
              remove: setRemoving,
            }}
            openPast={(hunt: PastHunt) => openText(strings.panes.history, hunt.text)}
          />
          <Splitter
            label={strings.resizePane}
            orientation="vertical"
            value={schemaWidth}
            min={200}
            max={640}
            onMove={(delta) =>
              setPreference('schemaWidth', Math.min(640, Math.max(200, schemaWidth + delta)))
            }
          />
        </>
      )}
      <div className="qh-main">
        <TabStrip state={state} store={store} onClose={close} />
        <div
          id="hunt-panel"
          role="tabpanel"
          aria-labelledby={`tab-${tab.id}`}
          className="qh-panel"
          ref={body}
        >
          <div className="qh-editor-part" style={{ flexBasis: `${editorShare * 100}%` }}>
            <Toolbar
              isRunning={run?.phase === 'running'}
              range={tab.range}
              isTimeInQuery={isTimeInQuery}
              estimate={estimate.text}
              commands={commands.byName}
              onRange={(range) => store.change(tab.id, { range })}
              onCopyAs={(kind: CopyKind) => {
                const found = target();
                if (found) copy(copyAs(kind, found.request), strings.copied(strings.copyAs));
              }}
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
              schema={schema.data}
              theme={theme}
              findings={findings}
              onChange={(text) => store.change(tab.id, { text })}
              onMove={() => setCursor(editor.current?.selection().start ?? 0)}
            />
          </div>
          <Splitter
            label={strings.resizeEditor}
            orientation="horizontal"
            value={editorShare * 100}
            min={15}
            max={85}
            onMove={(delta) =>
              setPreference(
                'editorShare',
                Math.min(0.85, Math.max(0.15, editorShare + delta / height)),
              )
            }
          />
          <div className="qh-result-part">
            {run ? (
              <>
                <RunStatus run={run} />
                <RunProblem
                  run={run}
                  line={lineAt(tab.text, run.start)}
                  onShow={() => {
                    const { start = 0, length = 0 } = run.problem?.position ?? {};
                    editor.current?.reveal(run.start + start, length);
                  }}
                  onAgain={() => runQuery()}
                />
                {result && result.columns.length > 0 && (
                  <ErrorBoundary>
                    <Suspense fallback={<Spinner label={strings.loading} />}>
                      <Results
                        key={tab.id}
                        result={result}
                        timeZone={preferences.timeZone}
                        previous={isWaiting ? undefined : previous}
                        onAddToQuery={addToQuery}
                        onOpenQuery={(kql, title) => openText(title, kql)}
                      />
                    </Suspense>
                  </ErrorBoundary>
                )}
              </>
            ) : (
              <Welcome isDemo={settings.demo} onOpen={openExample} />
            )}
          </div>
        </div>
      </div>
      <SaveDialog
        content={saving?.content}
        onSave={finishSaving}
        onClose={() => setSaving(undefined)}
      />
      <RemoveDialog
        name={removing?.name}
        onClose={() => setRemoving(undefined)}
        onRemove={async () => {
          if (removing) await removeQuery(removing.id);
          setRemoving(undefined);
          await client.invalidateQueries({ queryKey: ['queries'] });
        }}
      />
      <PlanDrawer request={planned} onClose={() => setPlanned(undefined)} />
    </div>
  );
}

/** A query that is being given a name: a new one, or one that is there. */
interface Saving {
  readonly id?: string;
  readonly content: SavedQueryContent;
  readonly tab?: string;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
