import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { Schema } from '../../api/types.js';
import type { ThemeName } from '../../app/theme.js';
import { CodeEditor, type Findings } from './code-editor.js';
import type { EditorHandle } from './editor-handle.js';
import type * as Setup from './monaco.js';
import { PlainEditor } from './plain-editor.js';

let loading: Promise<typeof Setup> | undefined;
let loaded: typeof Setup | undefined;

/** The editor's two megabytes, asked for once the page is there. */
function load(): Promise<typeof Setup> {
  loading ??= import('./monaco.js').then((setup) => {
    loaded = setup;
    return setup;
  });
  return loading;
}

/** The query's text: plain until the editor has arrived, and then with all that it can do. */
export function Editor(props: {
  readonly tab: string;
  readonly text: string;
  readonly schema: Schema | undefined;
  readonly theme: ThemeName;
  readonly findings: Findings | undefined;
  readonly onChange: (text: string) => void;
  readonly onMove: () => void;
  readonly ref: Ref<EditorHandle>;
}) {
  const [setup, setSetup] = useState(loaded);
  const handle = useRef<EditorHandle>(null);
  const { ref, ...rest } = props;
  useImperativeHandle(ref, () => proxyOf(handle), []);
  useEffect(() => {
    let isHere = true;
    const frame = requestAnimationFrame(() => {
      void load().then((arrived) => isHere && setSetup(() => arrived));
    });
    return () => {
      isHere = false;
      cancelAnimationFrame(frame);
    };
  }, []);

  // Whoever was typing goes on typing where they were.
  const before = useRef<{ start: number; end: number; focused: boolean }>(undefined);
  const onMove = () => {
    const { start = 0, end = 0 } = handle.current?.selection() ?? {};
    before.current = { start, end, focused: document.activeElement?.tagName === 'TEXTAREA' };
    props.onMove();
  };
  useEffect(() => {
    if (!setup || !before.current?.focused) return;
    const { start, end } = before.current;
    handle.current?.reveal(start, end - start);
  }, [setup]);

  if (!setup) {
    const { text, onChange } = props;
    return <PlainEditor ref={handle} text={text} onChange={onChange} onMove={onMove} />;
  }
  return <CodeEditor {...rest} ref={handle} setup={setup} />;
}

/** The handle of whichever editor is there when it is used. */
function proxyOf(handle: { readonly current: EditorHandle | null }): EditorHandle {
  return {
    selection: () => handle.current?.selection() ?? { start: 0, end: 0 },
    insert: (text) => handle.current?.insert(text),
    replace: (start, end, text) => handle.current?.replace(start, end, text),
    reveal: (start, length) => handle.current?.reveal(start, length),
    focus: () => handle.current?.focus(),
    closeHelp: () => handle.current?.closeHelp(),
    format: () => handle.current?.format(),
    fix: () => handle.current?.fix(),
  };
}
