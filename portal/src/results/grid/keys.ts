/** A key with its modifiers as text, such as `Ctrl+Shift+H`; Command counts as Ctrl on a Mac. */
export function chord(event: {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}): string {
  const key =
    event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const modifiers = [
    event.ctrlKey || event.metaKey ? 'Ctrl+' : '',
    event.altKey ? 'Alt+' : '',
    // "/" needs Shift on some keyboards.
    event.shiftKey && key !== '/' ? 'Shift+' : '',
  ];
  return `${modifiers.join('')}${key}`;
}

/** A step of the keyboard through the grid, in lines and columns; infinite ones go to the end. */
export interface Step {
  readonly lines: number;
  readonly columns: number;
  /** Lines are counted in pages. */
  readonly pages?: boolean;
}

const end = Number.POSITIVE_INFINITY;

/** Keys that move the active cell; with Shift they extend the selection. */
export const steps: Readonly<Record<string, Step>> = {
  ArrowDown: { lines: 1, columns: 0 },
  ArrowUp: { lines: -1, columns: 0 },
  ArrowLeft: { lines: 0, columns: -1 },
  ArrowRight: { lines: 0, columns: 1 },
  PageDown: { lines: 1, columns: 0, pages: true },
  PageUp: { lines: -1, columns: 0, pages: true },
  Home: { lines: 0, columns: -end },
  End: { lines: 0, columns: end },
  'Ctrl+Home': { lines: -end, columns: -end },
  'Ctrl+End': { lines: end, columns: end },
  'Ctrl+ArrowDown': { lines: end, columns: 0 },
  'Ctrl+ArrowUp': { lines: -end, columns: 0 },
  'Ctrl+ArrowLeft': { lines: 0, columns: -end },
  'Ctrl+ArrowRight': { lines: 0, columns: end },
};
