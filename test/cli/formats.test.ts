import type { IncomingMessage } from 'node:http';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../src/cli/answer.js';
import { printable, rowWriters } from '../../src/cli/formats.js';

const stats =
  '{"ExecutionTime":0.1,"resource_usage":{"memory":{"peak_per_node":1}},"dataset_statistics":[{"table_row_count":1}]}';

/** An answer as the server writes it, arriving in pieces of that size. */
function answerOf(columns: readonly string[], rows: readonly string[], pieces = 7) {
  const schema = columns.map((Name) => ({ Name, Type: 'String' }));
  const body = `{"Stats":${stats},"Schema":${JSON.stringify(schema)},"Results":[${rows.join(',\n')}]}`;
  const chunks = body.match(new RegExp(`[^]{1,${pieces}}`, 'g')) ?? [];
  return readAnswer(Readable.from(chunks.map((chunk) => Buffer.from(chunk))) as IncomingMessage);
}

async function written(
  format: keyof typeof rowWriters,
  columns: readonly string[],
  rows: readonly string[],
  width = 80,
): Promise<string> {
  let text = '';
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  Object.assign(output, { columns: width });
  await rowWriters[format](await answerOf(columns, rows), output);
  return text;
}

describe('rows', () => {
  it.each([
    ['ndjson', '{"Id":638179504006973500,"Name":"a"}\n{"Id":1,"Name":"b"}\n'],
    ['csv', 'Id,Name\r\n638179504006973500,a\r\n1,b\r\n'],
  ] as const)('keep every digit of a long number as %s', async (format, expected) => {
    const rows = ['{"Id":638179504006973500,"Name":"a"}', '{"Id":1,"Name":"b"}'];
    expect(await written(format, ['Id', 'Name'], rows)).toBe(expected);
  });

  it.each(['ndjson', 'csv', 'table'] as const)('can be none, as %s', async (format) => {
    expect(await written(format, ['Id'], [])).not.toContain('undefined');
  });

  it('are quoted as CSV wants it, and dynamic values stay JSON', async () => {
    const rows = [
      JSON.stringify({ a: 'x,y', b: 'say "no"', c: 'two\nlines', d: { k: [1, null] }, e: null }),
    ];
    expect(await written('csv', ['a', 'b', 'c', 'd', 'e'], rows)).toBe(
      'a,b,c,d,e\r\n"x,y","say ""no""","two\nlines","{""k"":[1,null]}",\r\n',
    );
  });

  it('keep the order of the schema where names are numbers', async () => {
    expect(await written('csv', ['b', '2', '1'], ['{"b":"x","2":"y","1":"z"}'])).toBe(
      'b,2,1\r\nx,y,z\r\n',
    );
  });

  it('may hold what looks like the end of the answer', async () => {
    const row = JSON.stringify({ a: '"Results":[{}]}' });
    expect(await written('ndjson', ['"Results":['], [row, row])).toBe(`${row}\n${row}\n`);
  });

  it('fit the terminal', async () => {
    const text = await written('table', ['A', 'B'], [`{"A":"${'x'.repeat(200)}","B":"y"}`], 60);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(text).toContain('…');
  });

  it('are shortened between characters, and not within one', async () => {
    const text = await written('table', ['A'], [`{"A":"${'x'}${'🎉'.repeat(40)}"}`], 33);
    expect(text).toContain('…');
    expect(text.isWellFormed()).toBe(true);
    const other = await written('table', ['A'], [`{"A":"${'🎉'.repeat(40)}"}`], 33);
    expect(other.isWellFormed()).toBe(true);
  });

  it('become a list where the columns do not fit beside each other', async () => {
    const columns = Array.from({ length: 30 }, (_, index) => `Column${index}`);
    const text = await written('table', columns, ['{"Column3":"here","Column4":null}'], 80);
    expect(text).toContain('row 1');
    expect(text).toMatch(/Column3 .*here/);
    expect(text).not.toContain('Column4');
  });

  it('are counted and not shown beyond what anyone reads', async () => {
    const rows = Array.from({ length: 1005 }, (_, index) => `{"A":${index}}`);
    expect(await written('table', ['A'], rows)).toContain('5 more rows');
  });
});

describe('an answer that breaks off', () => {
  it('is an error and not a shorter answer', async () => {
    const body = `{"Stats":${stats},"Schema":[{"Name":"A","Type":"String"}],"Results":[{"A":1},\n{"A":`;
    const answer = await readAnswer(Readable.from([Buffer.from(body)]) as IncomingMessage);
    await expect(Readable.from(answer.rows).toArray()).rejects.toThrow('broke off');
  });
});

describe('printable', () => {
  it.each([
    ['\u001b[2Jgone', '\\u001b[2Jgone'],
    ['a\nb\tc\r', 'a␊b␉c␍'],
    ['\u202etxt.exe', '\\u202etxt.exe'],
    ['naïve 日本', 'naïve 日本'],
  ])('%j does not steer the terminal', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
