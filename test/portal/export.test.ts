import { text } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { fromBuffer } from 'yauzl';
import { csvField, writers } from '../../portal/src/results/export/formats.js';
import { columnLetters, xlsx } from '../../portal/src/results/export/xlsx.js';
import type { ResultColumn } from '../../portal/src/results/model.js';
import { runNow } from '../../portal/src/results/sliced.js';
import { tabSeparated } from '../../portal/src/results/values/tab-separated.js';

const columns: readonly ResultColumn[] = [
  { name: 'At', type: 'datetime' },
  { name: 'Name, "quoted"', type: 'string' },
  { name: 'Size', type: 'long' },
  { name: 'Share', type: 'real' },
  { name: 'Signed', type: 'bool' },
  { name: 'More', type: 'dynamic' },
];
const rows: readonly (readonly unknown[])[] = [
  ['2026-01-02T03:04:05.1234567Z', 'a,b', 7, 0.25, true, { k: ['v'] }],
  ['2026-01-02T03:04:06.0000000Z', 'two\nlines "x"', '9007199254740993', -1.5, false, null],
  [null, '=HYPERLINK("http://x")', null, null, null, '[1,2]'],
  [null, '<tag> & \u0001 | pipe', -3, null, null, 'plain'],
];
const exported = { columns, count: rows.length, rowAt: (at: number) => rows[at] ?? [] };
const guarded = { guardFormulas: true };
const asIs = { guardFormulas: false };
const noProgress = () => undefined;

function written(format: keyof typeof writers, options = asIs): string {
  return runNow(writers[format](exported, options, noProgress)).join('');
}

describe('CSV that another reader reads otherwise', () => {
  test('quotes, commas, lines and numbers', () => {
    const read = parse(written('csv')) as string[][];
    expect(read[0]).toEqual(columns.map(({ name }) => name));
    expect(read[1]).toEqual([...(rows[0]?.slice(0, 5).map(String) ?? []), '{"k":["v"]}']);
    expect(read[2]?.slice(1, 4)).toEqual(['two\nlines "x"', '9007199254740993', '-1.5']);
    expect(read[3]?.[1]).toBe('=HYPERLINK("http://x")');
    expect(written('csv').endsWith('\r\n')).toBe(true);
  });

  const fields: readonly (readonly [string, string])[] = [
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1', "'  =1"],
    ['\t=1', "'\t=1"],
    ['plain', 'plain'],
    ['a=b', 'a=b'],
    ['=a,"b"', '"\'=a,""b"""'],
  ];
  for (const [cell, expected] of fields) {
    test(`${JSON.stringify(cell)} runs in no spreadsheet`, () => {
      expect(csvField(cell, true)).toBe(expected);
    });
  }

  test('a negative number is no formula', () => {
    expect((parse(written('csv', guarded)) as string[][])[2]?.[3]).toBe('-1.5');
  });
});

test('JSON and NDJSON hold the same records, with longs to their last digit', () => {
  const records = written('ndjson').trimEnd().split('\n');
  expect(records).toHaveLength(rows.length);
  expect(JSON.parse(written('json'))).toEqual(records.map((line) => JSON.parse(line)));
  expect(records[1]).toContain('"Size":9007199254740993,');
  expect(JSON.parse(records[2] ?? '')).toMatchObject({ More: [1, 2], At: null });
  const none = { ...exported, count: 0 };
  expect(JSON.parse(runNow(writers.json(none, asIs, noProgress)).join(''))).toEqual([]);
});

test('Markdown keeps its columns whatever the cells hold', () => {
  const lines = written('markdown').trimEnd().split('\n');
  expect(lines).toHaveLength(rows.length + 2);
  for (const line of lines) expect(line.replaceAll('\\|', '').match(/\|/g)).toHaveLength(7);
  expect(lines[1]).toBe('|---|---|---:|---:|---|---|');
  expect(lines[3]).toContain('two<br>lines');
});

test('cells on the clipboard paste into as many cells', () => {
  expect(tabSeparated(columns.slice(1, 3), [['a\tb', 1]], true)).toBe(
    '"Name, ""quoted"""\tSize\n"a\tb"\t1',
  );
});

describe('an Excel workbook', () => {
  test('that other readers cannot open, or read otherwise', async () => {
    const book = runNow(xlsx(exported, guarded, noProgress));
    const files = await unzipped(Buffer.concat(book.bytes));
    expect([...files.keys()].sort()).toEqual([
      ...['[Content_Types].xml', '_rels/.rels', 'xl/_rels/workbook.xml.rels', 'xl/styles.xml'],
      ...['xl/workbook.xml', 'xl/worksheets/sheet1.xml'],
    ]);
    const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false });
    for (const xml of files.values()) expect(() => parser.parse(xml, true)).not.toThrow();
    const sheet = parser.parse(files.get('xl/worksheets/sheet1.xml') ?? '');
    const cells = sheet.worksheet.sheetData.row.map((row: { c: unknown[] }) => row.c.map(cellText));
    expect(cells).toHaveLength(rows.length + 1);
    expect(cells[1]).toEqual([
      ...['2026-01-02T03:04:05.1234567Z', 'a,b', '7', '0.25', '1', '{"k":["v"]}'],
    ]);
    // More digits than a double holds stay text.
    expect(cells[2][2]).toBe('9007199254740993');
    expect(cells[3][1]).toBe('=HYPERLINK("http://x")');
    expect(cells[4][1]).toBe('<tag> & _x0001_ | pipe');
    expect(files.get('xl/worksheets/sheet1.xml')).not.toContain('<f>');
  });

  test('cuts text that is longer than a cell, and says so', () => {
    const long = { columns: columns.slice(1, 2), count: 1, rowAt: () => ['x'.repeat(40_000)] };
    expect(runNow(xlsx(long, asIs, noProgress)).cutCells).toBe(1);
  });

  test('is refused for more rows than a sheet has', () => {
    const many = { ...exported, count: 1_048_576 };
    expect(() => runNow(xlsx(many, asIs, noProgress))).toThrow(RangeError);
  });

  test('names columns as Excel does', () => {
    expect([0, 25, 26, 701, 702, 16_383].map(columnLetters)).toEqual([
      ...['A', 'Z', 'AA', 'ZZ', 'AAA', 'XFD'],
    ]);
  });
});

function cellText(cell: unknown): string {
  if (typeof cell !== 'object' || cell === null) return '';
  const { v, is } = cell as { v?: string; is?: { t: string | { '#text': string } } };
  if (is === undefined) return v ?? '';
  return typeof is.t === 'string' ? is.t : is.t['#text'];
}

/** The files of an archive by their names. */
function unzipped(archive: Buffer): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    fromBuffer(archive, { lazyEntries: true }, (error, zip) => {
      if (error !== null || zip === undefined) return reject(error);
      const files = new Map<string, string>();
      zip.on('entry', (entry) => {
        zip.openReadStream(entry, async (problem, stream) => {
          if (problem !== null || stream === undefined) return reject(problem);
          files.set(entry.fileName, await text(stream));
          zip.readEntry();
        });
      });
      zip.on('end', () => resolve(files));
      zip.on('error', reject);
      zip.readEntry();
    });
  });
}
