import { useRef } from 'react';

const isMac = /mac/i.test(navigator.platform);

/** Whether an event is the keys that are written as `Ctrl+Shift+E`; on a Mac, Ctrl is the command key too. */
export function matchesKeys(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const control = event.ctrlKey || (isMac && event.metaKey);
  if (control !== parts.includes('Ctrl') || event.altKey !== parts.includes('Alt')) return false;
  // A character like "?" is the same whether or not it takes Shift to type it.
  const isSymbol = key.length === 1 && !/[a-z0-9]/i.test(key);
  if (!isSymbol && event.shiftKey !== parts.includes('Shift')) return false;
  return nameOf(event).toLowerCase() === key.toLowerCase();
}

function nameOf(event: KeyboardEvent): string {
  // With Alt or Shift a letter key may write something else: the key itself is meant.
  if ((event.altKey || event.ctrlKey) && /^Key[A-Z]$/.test(event.code)) return event.code.slice(3);
  if ((event.altKey || event.ctrlKey) && event.code === 'BracketLeft') return '[';
  if ((event.altKey || event.ctrlKey) && event.code === 'BracketRight') return ']';
  return event.key === 'Escape' ? 'Esc' : event.key === ' ' ? 'Space' : event.key;
}

/** Whether the keys of an event are text: of an input, of the editor, or of what is found by typing. */
export function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
      target.closest('[role=menu], [role=listbox], [role=tree]') !== null)
  );
}

const sequenceMs = 1200;

/** The two keys pressed last, as `g h`, where they came quickly after each other. */
export function useKeySequence(): (event: KeyboardEvent) => string | undefined {
  const before = useRef<{ key: string; at: number } | undefined>(undefined);
  const next = useRef((event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return undefined;
    const first = before.current;
    before.current = { key: event.key, at: event.timeStamp };
    if (!first || event.timeStamp - first.at > sequenceMs) return undefined;
    return `${first.key} ${event.key}`;
  });
  return next.current;
}
