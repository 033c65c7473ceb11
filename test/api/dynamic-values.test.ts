import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotateDynamics, annotateRow } from '../../src/api/graph/dynamic-values.js';

const type = '"@odata.type":"#microsoft.graph.security.dynamicColumnValue"';
/** A row with one dynamic object, as the engine writes it. */
const row = (inside: string) => `{"a":1,"v":{${type}${inside}},"b":"x"}`;

describe('a dynamic object is annotated through and through', () => {
  test.each([
    ['nothing in it', '', ''],
    ['texts', ',"k":"v"', ',"k":"v"'],
    ['booleans and null', ',"t":true,"n":null', ',"t":true,"n":null'],
    ['whole numbers', ',"l":-12', ',"l@odata.type":"#Int64","l":-12'],
    ['64-bit digits', ',"l":9007199254740993', ',"l@odata.type":"#Int64","l":9007199254740993'],
    ['other numbers', ',"r":10.0,"e":1e5', ',"r":10.0,"e":1e5'],
    ['an object', ',"o":{"t":true}', `,"o":{${type},"t":true}`],
    ['an empty object', ',"o":{ }', `,"o":{${type}}`],
    [
      'objects in objects',
      ',"o":{"p":{"l":1}}',
      `,"o":{${type},"p":{${type},"l@odata.type":"#Int64","l":1}}`,
    ],
    ['a list of texts', ',"a":["x","y"]', ',"a@odata.type":"#Collection(String)","a":["x","y"]'],
    ['an empty list', ',"a":[]', ',"a@odata.type":"#Collection(String)","a":[]'],
    [
      'a list of other values',
      ',"a":[1, true, null, {"k":"}]"}, [2]]',
      ',"a@odata.type":"#Collection(String)","a":["1","true",null,"{\\"k\\":\\"}]\\"}","[2]"]',
    ],
    ['quotes and braces in texts', ',"k\\"}":"{\\\\"', ',"k\\"}":"{\\\\"'],
    ['white space', ' , "l" : 1 ', ',"l@odata.type":"#Int64","l":1'],
    [
      'dates as they are',
      ',"d":"2026-07-17T19:37:10.1234567Z"',
      ',"d":"2026-07-17T19:37:10.1234567Z"',
    ],
  ])('%s', (_what, inside, expected) => {
    expect(annotateRow(row(inside))).toBe(row(expected));
  });

  test.each([
    '{"a":1,"v":["{\\"@odata.type\\":1}"]}',
    `{"k":"{\\"@odata.type\\":\\"#microsoft.graph.security.dynamicColumnValue\\""}`,
    `{${type},"n":1}`,
    '{}',
  ])('%s stays as it is', (text) => {
    expect(annotateRow(text)).toBe(text);
  });

  test('several in a row', () => {
    const two = `{"x":{${type},"l":1},"y":{${type},"l":2}}`;
    const marked = (digit: number) => `{${type},"l@odata.type":"#Int64","l":${digit}}`;
    expect(annotateRow(two)).toBe(`{"x":${marked(1)},"y":${marked(2)}}`);
  });

  test('10,000 levels do no harm', () => {
    const deep = `,"o":${'{"o":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    expect(JSON.parse(annotateRow(row(deep)))).toMatchObject({ a: 1, b: 'x' });
  });
});

test('any object keeps its values, wherever the stream is cut', async () => {
  const cut = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      cut,
      async (objects, size) => {
        const rows = objects.map((object) => {
          const inside = JSON.stringify(object).slice(1, -1);
          return row(inside === '' ? '' : `,${inside}`);
        });
        const bytes = Buffer.from(rows.join(',\n'));
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        const out = await buffer(
          Readable.from(chunks, { objectMode: false }).pipe(annotateDynamics()),
        );
        const parsed = JSON.parse(`[${out}]`) as { v: object }[];
        expect(parsed.map(({ v }) => plain(v))).toEqual(
          objects.map((object) => expected(JSON.parse(JSON.stringify(object)))),
        );
      },
    ),
    { numRuns: 200 },
  );
});

/** An object without its annotations. */
function plain(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.endsWith('@odata.type'))
      .map(([name, member]) => [name, plain(member)]),
  );
}

/** What Graph makes of a value: elements of lists are texts. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((element) =>
      typeof element === 'string' || element === null ? element : JSON.stringify(element),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.endsWith('@odata.type'))
      .map(([name, member]) => [name, expected(member)]),
  );
}
