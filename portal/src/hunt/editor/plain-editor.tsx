import { type Ref, useImperativeHandle, useRef } from 'react';
import { strings } from '../strings.js';
import type { EditorHandle } from './editor-handle.js';

/** The editor until the real one has arrived: text can be typed and run from the first moment. */
export function PlainEditor({
  text,
  onChange,
  onMove,
  ref,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly onMove: () => void;
  readonly ref: Ref<EditorHandle>;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, (): EditorHandle => {
    const selection = () => ({
      start: area.current?.selectionStart ?? 0,
      end: area.current?.selectionEnd ?? 0,
    });
    const replace = (start: number, end: number, inserted: string) => {
      area.current?.setRangeText(inserted, start, end, 'end');
      onChange(area.current?.value ?? '');
    };
    return {
      selection,
      replace,
      insert: (inserted) => replace(selection().start, selection().end, inserted),
      reveal: (start, length) => area.current?.setSelectionRange(start, start + length),
      focus: () => area.current?.focus(),
      closeHelp: () => undefined,
      format: () => undefined,
      fix: () => undefined,
    };
  });
  return (
    <textarea
      ref={area}
      className="qh-plain-editor"
      aria-label={strings.editor}
      spellCheck={false}
      value={text}
      onChange={({ target }) => onChange(target.value)}
      onSelect={onMove}
    />
  );
}
