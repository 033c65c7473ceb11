import type { ResultColumn } from '../model.js';
import { stepsBetweenYields, type Task } from '../sliced.js';
import { isNumeric, plainText, structureOf } from '../values/display.js';

/** Rows to be written, in their order. */
export interface ExportedRows {
  readonly columns: readonly ResultColumn[];
  readonly count: number;
  /** The values of a row, by its place in the export, as the columns are. */
  readonly rowAt: (at: number) => readonly unknown[];
}

export interface ExportOptions {
  /** Cells that a spreadsheet would run as a formula get an apostrophe in front. */
  readonly guardFormulas: boolean;
}

/** Pieces of text are joined by the browser; one string of all rows might be too long to exist. */
type Pieces = string[];

type Writer = (rows: ExportedRows, options: ExportOptions, progress: Progress) => Task<Pieces>;

/** Told the share of rows that are done, 0 to 1. */
export type Progress = (share: number) => void;

const rowsPerPiece = 500;

/** Writes rows in pieces, and yields between. */
function* inPieces(
  { count, rowAt }: ExportedRows,
  write: (row: readonly unknown[], at: number) => string,
  progress: Progress,
): Task<Pieces> {
  const pieces: Pieces = [];
  let piece = '';
  for (let at = 0; at < count; at += 1) {
    piece += write(rowAt(at), at);
    if (at % rowsPerPiece === rowsPerPiece - 1) {
      pieces.push(piece);
      piece = '';
      progress(at / count);
    }
    // A row may be wide: a yield for each 20 of them costs nothing.
    if (at % (stepsBetweenYields / 100) === 0) yield;
  }
  pieces.push(piece);
  return pieces;
}

/** RFC 4180: commas, quotes where needed, lines end with CRLF. */
export const csv: Writer = function* (rows, options, progress) {
  const head = rows.columns.map(({ name }) => csvField(name, options.guardFormulas)).join(',');
  const guards = rows.columns.map(({ type }) => options.guardFormulas && !isNumeric(type));
  const body = yield* inPieces(
    rows,
    (row) =>
      `${guards.map((guard, index) => csvField(plainText(row[index]), guard)).join(',')}\r\n`,
    progress,
  );
  return [`${head}\r\n`, ...body];
};

// What spreadsheets take for a formula, also behind blanks that they skip.
const formula = /^\s*[=+\-@\t\r]/;

export function csvField(text: string, guardFormulas: boolean): string {
  const guarded = guardFormulas && formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One array of objects. */
export const json: Writer = function* (rows, _, progress) {
  const write = recordWriter(rows.columns);
  const body = yield* inPieces(
    rows,
    (row, at) => `${at === 0 ? '\n' : ',\n'}${write(row)}`,
    progress,
  );
  return ['[', ...body, '\n]\n'];
};

/** An object a line. */
export const ndjson: Writer = function* (rows, _, progress) {
  const write = recordWriter(rows.columns);
  return yield* inPieces(rows, (row) => `${write(row)}\n`, progress);
};

const wholeNumber = /^-?\d+$/;

// Longs that doubles cannot hold are text in the page and numbers in the file: readers may know better.
function recordWriter(columns: readonly ResultColumn[]): (row: readonly unknown[]) => string {
  const names = columns.map(({ name }) => JSON.stringify(name));
  return (row) => {
    const fields = columns.map(({ type }, index) => {
      const value = row[index] ?? null;
      const isLong = type === 'long' && typeof value === 'string' && wholeNumber.test(value);
      const shown = type === 'dynamic' ? (structureOf(value) ?? value) : value;
      return `${names[index]}:${isLong ? value : JSON.stringify(shown)}`;
    });
    return `{${fields.join(',')}}`;
  };
}

/** A table for a report; lines within a cell become breaks. */
export const markdown: Writer = function* (rows, _, progress) {
  const head = `| ${rows.columns.map(({ name }) => markdownCell(name)).join(' | ')} |\n`;
  const rule = `|${rows.columns.map(({ type }) => (isNumeric(type) ? '---:' : '---')).join('|')}|\n`;
  const body = yield* inPieces(
    rows,
    (row) =>
      `| ${rows.columns.map((_, index) => markdownCell(plainText(row[index]))).join(' | ')} |\n`,
    progress,
  );
  return [head, rule, ...body];
};

function markdownCell(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll(/\r?\n/g, '<br>');
}

export const writers = { csv, json, ndjson, markdown } satisfies Record<string, Writer>;
