import { strToU8, Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import type { Task } from '../sliced.js';
import { isNumeric, plainText } from '../values/display.js';
import type { ExportedRows, ExportOptions, Progress } from './formats.js';

/** Rows a sheet holds beneath its head, and characters a cell holds: Excel's own limits. */
export const mostRows = 1_048_575;
const mostCharacters = 32_767;

const namespace = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageNamespace = 'http://schemas.openxmlformats.org/package/2006';
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const parts: Readonly<Record<string, string>> = {
  '[Content_Types].xml':
    `<Types xmlns="${packageNamespace}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/>` +
    `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/></Types>`,
  '_rels/.rels':
    `<Relationships xmlns="${packageNamespace}/relationships">` +
    `<Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/_rels/workbook.xml.rels':
    `<Relationships xmlns="${packageNamespace}/relationships">` +
    `<Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/>` +
    `<Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
  'xl/workbook.xml':
    `<workbook xmlns="${namespace}" xmlns:r="${office}">` +
    '<sheets><sheet name="Results" sheetId="1" r:id="rId1"/></sheets></workbook>',
  // Style 1 is bold, for the head; style 2 text, so that what looks like a number or formula stays text.
  'xl/styles.xml':
    `<styleSheet xmlns="${namespace}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>` +
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>' +
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>',
};

/** An Excel workbook and how many of its cells had to be cut. */
export interface Workbook {
  readonly bytes: readonly Uint8Array<ArrayBuffer>[];
  readonly cutCells: number;
}

const rowsPerChunk = 200;

/**
 * Writes one sheet, compressed as it is written: all of its XML at once would not fit into memory.
 * Datetimes are text, for Excel's own lose the digits after the milliseconds.
 */
export function* xlsx(
  rows: ExportedRows,
  options: ExportOptions,
  progress: Progress,
): Task<Workbook> {
  if (rows.count > mostRows) throw new RangeError(`An Excel sheet holds ${mostRows} rows`);
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    bytes.push(Uint8Array.from(chunk));
  });
  for (const [name, xml] of Object.entries(parts)) {
    const file = new ZipPassThrough(name);
    zip.add(file);
    file.push(strToU8(declaration + xml), true);
  }
  const sheet = new ZipDeflate('xl/worksheets/sheet1.xml', { level: 4 });
  zip.add(sheet);
  const write = cellWriter(rows, options);
  sheet.push(strToU8(sheetStart(rows)));
  let chunk = '';
  for (let at = 0; at < rows.count; at += 1) {
    chunk += `<row r="${at + 2}">${write.row(rows.rowAt(at))}</row>`;
    if (at % rowsPerChunk !== 0) continue;
    sheet.push(strToU8(chunk));
    chunk = '';
    progress(at / rows.count);
    yield;
  }
  const last = `${columnLetters(rows.columns.length - 1)}${rows.count + 1}`;
  const end = `${chunk}</sheetData><autoFilter ref="A1:${last}"/></worksheet>`;
  sheet.push(strToU8(end), true);
  zip.end();
  return { bytes, cutCells: write.cutCells() };
}

function sheetStart({ columns }: ExportedRows): string {
  const head = columns
    .map(({ name }) => `<c t="inlineStr" s="1"><is><t>${xmlText(name)}</t></is></c>`)
    .join('');
  const widths = columns
    .map(
      ({ type }, at) =>
        `<col min="${at + 1}" max="${at + 1}" width="${isNumeric(type) ? 14 : 28}" customWidth="1"/>`,
    )
    .join('');
  return (
    `${declaration}<worksheet xmlns="${namespace}">` +
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols>${widths}</cols><sheetData><row r="1">${head}</row>`
  );
}

function cellWriter({ columns }: ExportedRows, { guardFormulas }: ExportOptions) {
  let cut = 0;
  const style = guardFormulas ? ' s="2"' : '';
  const cell = (value: unknown, index: number): string => {
    if (value === null || value === undefined || value === '') return '<c/>';
    const column = columns[index];
    if (column !== undefined && isNumeric(column.type) && isExact(value)) {
      return `<c><v>${String(value)}</v></c>`;
    }
    if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`;
    let text = plainText(value);
    if (text.length > mostCharacters) {
      text = text.slice(0, mostCharacters);
      cut += 1;
    }
    return `<c t="inlineStr"${style}><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;
  };
  return {
    row: (values: readonly unknown[]) => columns.map((_, at) => cell(values[at], at)).join(''),
    cutCells: () => cut,
  };
}

// Excel keeps fifteen digits.
function isExact(value: unknown): boolean {
  const text = plainText(value);
  const number = Number(text);
  return Number.isFinite(number) && text.replace(/\D/g, '').length <= 15;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function xmlText(text: string): string {
  let clean = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const entity = entities[character];
    if (entity !== undefined) clean += entity;
    // XML has no way to hold the others; Excel's own is _xHHHH_.
    else if ((code < 32 && code !== 9 && code !== 10) || code === 0xfffe || code === 0xffff) {
      clean += `_x${code.toString(16).toUpperCase().padStart(4, '0')}_`;
    } else clean += code >= 0xd800 && code <= 0xdfff ? '\ufffd' : character;
  }
  return clean;
}

/** A, B, …, Z, AA, …: how Excel names columns. */
export function columnLetters(index: number): string {
  let letters = '';
  for (let left = index + 1; left > 0; left = Math.floor((left - 1) / 26)) {
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  }
  return letters;
}
