import type { ResultColumn } from '../model.js';
import { plainText } from './display.js';

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
