import { once } from 'node:events';
import type { Writable } from 'node:stream';
import Table from 'cli-table3';
import pc from 'picocolors';
import { compactJson, ExactNumber, type JsonValue, parseJson } from '../ingest/json.js';
import type { Answer } from './answer.js';

/** Writes rows; resolves when the output has taken them. */
export type RowWriter = (answer: Answer, output: Writable) => Promise<void>;

/** More rows than that are not read on a terminal. */
const tableRows = 1000;
const narrowestColumn = 10;
const widestCell = 60;

/** The formats of `--format` other than json, which is the API's own text. */
export const rowWriters = {
  ndjson: async ({ rows }, output) => {
    for await (const row of rows) await write(output, `${row}\n`);
  },
  csv: async ({ columns, rows }, output) => {
    await write(output, `${columns.map(({ Name }) => csvCell(Name)).join(',')}\r\n`);
    for await (const row of rows) {
      await write(output, `${cellsOf(row, columns).map(csvCell).join(',')}\r\n`);
    }
  },
  table: async ({ columns, rows }, output) => {
    const names = columns.map(({ Name }) => printable(Name));
    const shown: string[][] = [];
    let count = 0;
    for await (const row of rows) {
      count++;
      if (count > tableRows) continue;
      shown.push(cellsOf(row, columns).map(printable));
    }
    const width = (output as { columns?: number }).columns ?? 160;
    const fits = names.length * (narrowestColumn + 3) <= width;
    await write(output, fits ? tableText(names, shown, width) : listText(names, shown));
    if (count > tableRows) {
      await write(output, `… and ${count - tableRows} more rows; --format csv gives them all\n`);
    }
  },
} satisfies Record<string, RowWriter>;

/** A text that is longer than the output takes at once waits until it has been taken. */
export async function write(output: Writable, text: string | Uint8Array): Promise<void> {
  if (!output.write(text)) await once(output, 'drain');
}

/** A box with as much of each cell as fits the width. */
export function tableText(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const widths = columnWidths(names, rows, width);
  // Whoever wants no colours wants no bold letters either.
  const isStyled = process.stdout.isTTY && pc.isColorSupported;
  const table = new Table({
    head: names.map((name, index) => shorten(name, widths[index] ?? 0)),
    style: { head: isStyled ? ['bold'] : [], border: [], compact: true },
  });
  for (const row of rows) table.push(row.map((cell, index) => shorten(cell, widths[index] ?? 0)));
  return `${table.toString()}\n`;
}

function columnWidths(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const wanted = names.map((name, index) =>
    Math.min(widestCell, Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0))),
  );
  // Three characters of each column, and one more, are the box.
  const room = width - 3 * names.length - 1;
  for (let over = sum(wanted) - room; over > 0; over--) {
    const widest = wanted.indexOf(Math.max(...wanted));
    if ((wanted[widest] ?? 0) <= narrowestColumn) break;
    wanted[widest] = (wanted[widest] ?? 0) - 1;
  }
  return wanted;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** One line for each value, for rows with more columns than fit beside each other. */
function listText(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const indent = Math.max(0, ...names.map(({ length }) => length));
  return rows
    .map((row, index) => {
      const values = names
        .map((name, column) => ({ name, value: row[column] ?? '' }))
        .filter(({ value }) => value !== '')
        .map(({ name, value }) => `${pc.bold(name.padEnd(indent))}  ${value}`);
      return `${pc.dim(`── row ${index + 1} ──`)}\n${values.join('\n')}\n`;
    })
    .join('\n');
}

function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  // A character of two units is left out as a whole.
  const kept = text.slice(0, Math.max(0, width - 1)).replace(/[\ud800-\udbff]$/, '');
  return `${kept}…`;
}

/** Telemetry is what attackers wrote: their control characters must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (unit) =>
      ({ '\n': '␊', '\r': '␍', '\t': '␉' })[unit] ??
      `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function cellsOf(row: string, columns: Answer['columns']): string[] {
  // By name: an object's own order puts names that are numbers first.
  const values = parseJson(row) as Readonly<Record<string, JsonValue>>;
  return columns.map(({ Name }) => cellText(values[Name] ?? null));
}

function cellText(value: JsonValue): string {
  if (value === null) return '';
  if (value instanceof ExactNumber) return value.digits;
  if (typeof value === 'object') return compactJson(value);
  return String(value);
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
