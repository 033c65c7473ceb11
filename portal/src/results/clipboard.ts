import type { ResultColumn } from './model.js';
import { plainText } from './values/display.js';

/** Puts text on the clipboard; false when the browser refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is no clipboard interface; the old command still works.
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('aria-hidden', 'true');
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return isCopied;
}

/** Cells as spreadsheets paste them: tabs between, and quotes around text that has tabs or lines. */
export function tabSeparated(
  columns: readonly ResultColumn[],
  rows: readonly (readonly unknown[])[],
  withHeaders: boolean,
): string {
  const lines = rows.map((row) =>
    columns.map((_, index) => field(plainText(row[index]))).join('\t'),
  );
  if (withHeaders) lines.unshift(columns.map(({ name }) => field(name)).join('\t'));
  return lines.join('\n');
}

function field(text: string): string {
  return /[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
