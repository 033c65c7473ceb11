import { useEffect, useState } from 'react';

/** Milliseconds that a dialog takes at most to fade out; until then it keeps the focus. */
const patienceMs = 1000;

/**
 * Gives the focus back to what had it before a dialog opened. Fluent knows it only where a button of its own has
 * opened the dialog, and here keys and the palette do too.
 */
export function useFocusReturn(open: boolean): void {
  const [before, setBefore] = useState<{
    readonly open: boolean;
    readonly focused?: Element | null;
  }>({ open: false });
  // While drawing: afterwards the dialog's own input may have the focus already.
  if (open !== before.open) setBefore({ open, ...(open && { focused: document.activeElement }) });
  const { focused } = before;
  useEffect(() => {
    if (!(focused instanceof HTMLElement) || focused === document.body) return;
    return () => giveBack(focused);
  }, [focused]);
}

/** When the dialog goes, it takes the focus with it: that is looked for until it has, or somebody has moved on. */
function giveBack(target: HTMLElement): void {
  const closed = performance.now();
  const look = () => {
    const { activeElement } = document;
    if ((!activeElement || activeElement === document.body) && target.isConnected) {
      target.focus({ preventScroll: true });
    }
    const now = document.activeElement;
    const isWithin = now === document.body || now?.closest('[role=dialog], [role=alertdialog]');
    const hasMovedOn = now !== target && !isWithin;
    const isDone = now === target && !document.querySelector('[role=dialog], [role=alertdialog]');
    if (hasMovedOn || isDone || performance.now() - closed > patienceMs) return;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
