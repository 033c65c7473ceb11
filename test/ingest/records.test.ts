import { describe, expect, it } from 'vitest';
import { type CutRecord, RecordCutter } from '../../src/ingest/records.js';

const maxBytes = 1000;

function cut(
  input: string | Uint8Array,
  chunkBytes: number,
  lines = false,
  limit = maxBytes,
): CutRecord[] {
  const bytes = Buffer.from(input);
  const cutter = new RecordCutter({ maxBytes: limit, lines });
  const records: CutRecord[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    cutter.write(bytes.subarray(at, at + chunkBytes), (record) => records.push(record));
  }
  cutter.end((record) => records.push(record));
  return records;
}

const long = `"${'x'.repeat(2 * maxBytes)}"`;

const cases: readonly (readonly [what: string, input: string, records: readonly string[]])[] = [
  ['nothing', '', []],
  ['space', ' \r\n\n\t', []],
  ['lines', '{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
  ['lines without a last line end', '{"a":1}\n{"a":2}', ['{"a":1}', '{"a":2}']],
  ['lines with CRLF and empty ones', '{"a":1}\r\n\r\n{"a":2}\r\n', ['{"a":1}', '{"a":2}']],
  ['a byte order mark', '\ufeff{"a":1}\n{"a":2}', ['{"a":1}', '{"a":2}']],
  ['a byte order mark before a later line', '{"a":1}\n\ufeff{"a":2}', ['{"a":1}', '{"a":2}']],
  ['record separators', '\x1e{"a":1}\n\x1e{"a":2}\n', ['{"a":1}', '{"a":2}']],
  ['a broken line', '{"a":1}\n{"a":"\n{"a":3}', ['{"a":1}', '{"a":"', '{"a":3}']],
  ['a broken first line', '{"a":\n{"a":2}', ['{"a":', '{"a":2}']],
  ['a line that begins an array', '{"a":1}\n[{"a":\n{"a":3}', ['{"a":1}', '[{"a":', '{"a":3}']],
  ['an array on one line', '[{"a":1},{"a":2}]', ['[{"a":1},{"a":2}]']],
  ['an array over lines', '[\n{"a":1},\n{"a":2}\n]\n', ['{"a":1}', '{"a":2}']],
  ['an array that opens with a record', '[{"a":1},\n{"a":2}]', ['{"a":1}', '{"a":2}']],
  ['printed JSON', '{\n  "a": {\n "b": "}" }\n}\n{\n}', ['{\n  "a": {\n "b": "}" }\n}', '{\n}']],
  [
    'printed JSON, with a line before each',
    'Record 1\n{\n  "a": 1\n}\nRecord 2\n{\n  "a": 2\n}\n',
    ['{\n  "a": 1\n}', 'Record 2', '{\n  "a": 2\n}'],
  ],
  [
    'lines with a line before each',
    'Record 1\n{"a":1}\nRecord 2\n{"a":2}',
    ['{"a":1}', 'Record 2', '{"a":2}'],
  ],
  ['a message', '{"records":[\n{"a":1},{"a":2}],"x":{"y":"]}"}}\n', ['{"a":1}', '{"a":2}']],
  ['a file of CloudTrail', '{"Records":[\n{"a":1},{"a":2}]}', ['{"a":1}', '{"a":2}']],
  [
    'printed answers of one row each, of which one tells of results',
    '{"preview":false,\n"result":{"a":1}}\n{"preview":false,\n"result":{"results":["x"],"s":"\\"results\\":["}}\n{"preview":false,\n"result":{"a":3}}\n',
    [
      '{"preview":false,\n"result":{"a":1}}',
      '{"preview":false,\n"result":{"results":["x"],"s":"\\"results\\":["}}',
      '{"preview":false,\n"result":{"a":3}}',
    ],
  ],
  [
    'a printed answer, behind it records',
    '{"preview":false,\n"fields":[{"results":[1]}],"s":"}","results" : [{"a":1},\n{"a":2}], "x":{}}\n{"a":3}',
    ['{"a":1}', '{"a":2}', '{"a":3}'],
  ],
  [
    'messages one after the other',
    '{\n "records" : [ {"a":1} ] }\n{"records":[{"a":2}],"s":"\\"}"}[{"a":3}]',
    ['{"a":1}', '{"a":2}', '{"a":3}'],
  ],
  [
    "the rows of an answer's tables",
    '{\n"tables":[{"name":"T","columns":[{"name":"a"},{"name":"b"}],"rows":[[1,"]}"],\n["x",[2]]]},\n' +
      '{"columns":[],"rows":[]},{"columns":[{"name":"c"}],"rows":[[3]]},{"rows":[[4]]}],"stats":{"x":["{",{}],"y":{}}}\n{"a":1}',
    [
      '{"tables":[{"name":"T","columns":[{"name":"a"},{"name":"b"}],"rows":[[1,"]}"],\n["x",[2]]]}]}',
      '{"tables":[{"columns":[{"name":"c"}],"rows":[[3]]}]}',
      '{"rows":[[4]]}',
      '{"a":1}',
    ],
  ],
  [
    'an answer that is broken behind its rows',
    '{\n"Schema":[],"Results":[] a":1}]}\n{"a":1}',
    ['a":1}]}', '{"a":1}'],
  ],
  ['a message of no records', '{"records":[\n] , "x":1}{"a":1}', ['{"a":1}']],
  ['tables that are none', '{\n"tables":[1,{"rows":[2]}]}', ['{\n"tables":[1,{"rows":[2]}]}']],
  [
    'a broken record in an array',
    '[\n{"a":1},\n{"a":"x},\n{"a":3}\n]',
    ['{"a":1}', '{"a":"x},', '{"a":3}'],
  ],
  ['an array that breaks off', '[\n{"a":1},\n{"a"', ['{"a":1}', '{"a"']],
  ['scalars in an array', '[\n1,"a,]",null,{"a":1}]', ['1', '"a,]"', 'null', '{"a":1}']],
  ['stray brackets', '[\n]}]{"a":1}', ['}', ']', '{"a":1}']],
  ['text lines', 'one\n  two\n[three]\n', ['one', '  two', '[three]']],
  [
    'events of XML on one line',
    '<Events><e>\n<Event>1</Event><Event/> ',
    ['<Events><e>', '<Event>1</Event>', '<Event/> '],
  ],
  ['letters that end like a byte order mark', 'aû\n�b', ['aû', '�b']],
];

describe('RecordCutter', () => {
  for (const chunkBytes of [1, 7, 100_000]) {
    it.each(cases)(`cuts %s, ${chunkBytes} bytes at a time`, (_what, input, expected) => {
      expect(cut(input, chunkBytes).map(({ text }) => text)).toEqual(expected);
    });

    it.each([
      ['a line', `{"a":1}\n{"a":${long}}\n{"a":3}`, ['{"a":1}', '', '{"a":3}']],
      ['the last line', `{"a":1}\n{"a":${long}}`, ['{"a":1}', '']],
      ['the first line', `{"a":${long}}\n{"a":2}`, ['', '{"a":2}']],
      ['a record of an array', `[\n{"a":1},{"a":${long}},{"a":3}]`, ['{"a":1}', '', '{"a":3}']],
      ['an unfinished record', `[\n{"a":1},{"a":${long}`, ['{"a":1}', '']],
    ])(
      `a record larger than the limit costs itself: %s, ${chunkBytes} at a time`,
      (_w, input, texts) => {
        const records = cut(input, chunkBytes);
        expect(records.map(({ text, tooLarge }) => (tooLarge ? '' : text))).toEqual(texts);
        const large = records.find(({ tooLarge }) => tooLarge);
        expect(input.slice(large?.offset)).toMatch(/^\{"a":"xxx/);
        expect(large?.sizeBytes).toBeGreaterThanOrEqual(long.length + '{"a":'.length);
        expect(large?.text).toMatch(/^\{"a":"x{100}/);
      },
    );
  }

  it.each([
    ['one line', '\ufeff<?xml version="1.0"?><Events>', ''],
    ['a line behind the heading', '<?xml version="1.0"?>\r\n<Events>', '</Events>\r\n'],
  ])('XML larger than a record is cut behind its events: %s', (_what, start, end) => {
    const events = Array.from({ length: 100 }, (_, index) => `<Event><a>${index}</a></Event>`);
    const text = `${start}${events.join('')}${end}`;
    for (const chunkBytes of [1, 7, 900, 100_000]) {
      const records = cut(text, chunkBytes);
      expect(records.flatMap(({ text: own }) => own.match(/<Event>.*?<\/Event>/g) ?? [])).toEqual(
        events,
      );
      for (const { offset, sizeBytes, tooLarge, text: own } of records) {
        expect([tooLarge, Buffer.from(text).toString('utf8', offset, offset + sizeBytes)]).toEqual([
          false,
          own,
        ]);
      }
    }
  });

  it('an event of XML larger than a record costs itself', () => {
    const text = `<Events><Event>1</Event><Event>${long}</Event><Event>3</Event></Events>\n<Event>4</Event>`;
    for (const chunkBytes of [1, 7, 100_000]) {
      const records = cut(text, chunkBytes).map(({ text: own, tooLarge }) => [
        tooLarge,
        own.slice(0, 24),
      ]);
      expect(records).toEqual([
        [false, '<Events><Event>1</Event>'],
        [true, '<Event>"xxxxxxxxxxxxxxxx'],
        [false, '<Event>3</Event>'],
        [false, '</Events>'],
        [false, '<Event>4</Event>'],
      ]);
    }
  });

  it('a document larger than a record is cut into its records', () => {
    const records = Array.from({ length: 500 }, (_, index) => `{"a":${index}}`);
    for (const document of [`[${records}]`, `{"records":[${records}]}`]) {
      expect(cut(`${document}\n${document}`, 64).map(({ text }) => text)).toEqual([
        ...records,
        ...records,
      ]);
    }
  });

  it('an answer of tables larger than a record is cut into answers of some rows', () => {
    const table = '{"name":"PrimaryResult","columns":[{"name":"a","type":"long"}],"rows":[';
    const rows = Array.from({ length: 500 }, (_, index) => `[${index},"${'x'.repeat(500)}"]`);
    for (const chunkBytes of [100, 7_000, 1_000_000]) {
      const records = cut(`{"tables":[${table}${rows}]}]}`, chunkBytes, false, 100_000);
      expect(records.every(({ tooLarge }) => !tooLarge)).toBe(true);
      expect(records.length).toBeLessThan(6);
      const parsed = records.map(({ text }) => JSON.parse(text).tables[0]);
      expect(
        parsed.flatMap((each) => each.rows.map((row: unknown) => JSON.stringify(row))),
      ).toEqual(rows);
      expect(new Set(parsed.map((each) => each.name))).toEqual(new Set(['PrimaryResult']));
    }
  });

  it('says where records start', () => {
    const input = '{"a":"ü"}\r\n\n{"a":2}\n';
    for (const { offset, text, sizeBytes } of cut(input, 3)) {
      expect(Buffer.from(input).toString('utf8', offset, offset + sizeBytes)).toBe(text);
    }
    const array = '[ \n {"a":"ü"} ,{"a":2}]';
    for (const { offset, text, sizeBytes } of cut(array, 3)) {
      expect(Buffer.from(array).toString('utf8', offset, offset + sizeBytes)).toBe(text);
    }
  });

  it('takes lines as they are for text sources', () => {
    expect(cut('[\n{"a":1}\n', 4, true).map(({ text }) => text)).toEqual(['[', '{"a":1}']);
  });

  it('reads bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}'),
    ]);
    expect(cut(bytes, 1).map(({ text }) => text)).toEqual(['{"a":"��"}']);
  });

  it('waits for no end of a start that never comes', () => {
    expect(cut(`[\n{${' '.repeat(5000)}"a":1}`, 10).map(({ tooLarge }) => tooLarge)).toEqual([
      true,
    ]);
  });
});
