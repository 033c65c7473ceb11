import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef } from 'react';

const entries = '.qh-entry-name, .qh-column, .qh-past';
const beside = '.qh-entry button:not(.qh-entry-name, .qh-column)';

/**
 * One stop of the Tab key for a list of hundreds: arrow keys go from entry to entry, Tab to what can be done with the
 * one that has the focus.
 */
export function useRoving<Element extends HTMLElement>(): {
  readonly ref: RefObject<Element | null>;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: () => void;
} {
  const ref = useRef<Element>(null);
  const current = useRef<HTMLElement | undefined>(undefined);
  const all = () => [...(ref.current?.querySelectorAll<HTMLElement>(entries) ?? [])];
  const mark = () => {
    const list = all();
    if (!current.current?.isConnected) current.current = list[0];
    for (const entry of list) entry.tabIndex = entry === current.current ? 0 : -1;
    const own = current.current?.closest('.qh-entry');
    for (const button of ref.current?.querySelectorAll<HTMLElement>(beside) ?? []) {
      button.tabIndex = button.closest('.qh-entry') === own ? 0 : -1;
    }
  };
  useLayoutEffect(mark);
  return {
    ref,
    onFocus: () => {
      const { activeElement } = document;
      const entry = activeElement?.matches(entries)
        ? activeElement
        : activeElement?.closest('.qh-entry')?.querySelector('.qh-entry-name, .qh-column');
      if (!(entry instanceof HTMLElement)) return;
      current.current = entry;
      mark();
    },
    onKeyDown: (event) => {
      const list = all();
      const at = list.indexOf(current.current as HTMLElement);
      const steps: Record<string, number> = {
        ArrowDown: at + 1,
        ArrowUp: at - 1,
        Home: 0,
        End: list.length - 1,
      };
      const next = list[steps[event.key] ?? -1];
      if (event.ctrlKey || event.altKey || !next) return;
      event.preventDefault();
      next.focus();
    },
  };
}
