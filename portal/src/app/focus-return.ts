import { useEffect, useState } from 'react';

/** Milliseconds that a dialog takes at most to fade out; until then it keeps the focus. */
const patienceMs = 1000;
const dialogs = '[role=dialog], [role=alertdialog]';

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
    // In a dialog that opened this one Fluent does it, when it makes that one accessible again.
    if (focused.closest(dialogs)) return;
    return () => giveBack(focused);
  }, [focused]);
}

/**
 * When the dialog goes, it takes the focus with it: that is looked for until it has, or somebody has moved on.
 * A dialog that opens in its place has the focus from then on.
 */
function giveBack(target: HTMLElement): void {
  const closed = performance.now();
  const before = new Set(document.querySelectorAll(dialogs));
  const look = () => {
    if ([...document.querySelectorAll(dialogs)].some((dialog) => !before.has(dialog))) return;
    const { activeElement } = document;
    if ((!activeElement || activeElement === document.body) && target.isConnected) {
      target.focus({ preventScroll: true });
    }
    const now = document.activeElement;
    const isWithin = now === document.body || now?.closest(dialogs);
    const hasMovedOn = now !== target && !isWithin;
    const isDone = now === target && !document.querySelector(dialogs);
    if (hasMovedOn || isDone || performance.now() - closed > patienceMs) return;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
