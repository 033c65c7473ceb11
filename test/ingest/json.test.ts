import { describe, expect, it } from 'vitest';
import {
  compactJson,
  compactJsonText,
  depthOf,
  ExactNumber,
  JsonTooDeepError,
  maxJsonDepth,
  parseJson,
  readableJson,
} from '../../src/ingest/json.js';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('parseJson', () => {
  it.each([
    ['639199803770463703', '639199803770463703'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['18446744073709551615', '18446744073709551615'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
  ])('keeps the digits of %s', (number, digits) => {
    expect(parseJson(`{"a":${number}}`)).toEqual({ a: new ExactNumber(digits) });
    expect(parseJson(`[1, ${number} ,{"b" : ${number}}]`)).toEqual([
      1,
      new ExactNumber(digits),
      { b: new ExactNumber(digits) },
    ]);
    expect(parseJson(` ${number}`)).toEqual(new ExactNumber(digits));
  });

  it.each([
    [{ text: '--handle=2084,12740492692978438644,10399117966215734703,131072 --x' }],
    [{ text: 'a: 1234567890123456789, "b"', more: '\\": 1234567890123456789,' }],
    [{ ':1234567890123456': [':1234567890123456', 1] }],
    [{ text: `${'\\'.repeat(31)}"`, digits: ' 1234567890123456 ' }],
  ])('leaves digits inside strings alone: %j', (value) => {
    expect(parseJson(JSON.stringify(value))).toEqual(value);
    const withNumber = `{"n":1234567890123456789,"v":${JSON.stringify(value)}}`;
    expect(parseJson(withNumber)).toEqual({ n: new ExactNumber('1234567890123456789'), v: value });
  });

  it('finds a long number wherever it stands among other digits', () => {
    const number = '1234567890123456789';
    for (let before = 0; before < 40; before++) {
      const text = JSON.stringify(['x'.repeat(before), '1'.repeat(before), 0.1]);
      const parts: unknown[] = JSON.parse(text);
      expect(parseJson(`${text.slice(0, -1)},-${number}]`)).toEqual([
        ...parts,
        new ExactNumber(`-${number}`),
      ]);
    }
  });

  it('reads a text of nothing but digits once', () => {
    const digits = '1'.repeat(4_000_000);
    expect(parseJson(`{"a":"x${digits}"}`)).toEqual({ a: `x${digits}` });
  });

  it('refuses what is no JSON in its own words, and in no more than its length in time', () => {
    const text = `[1234567890123456789,"${'\\\\"'.repeat(1_000_000)}`;
    expect(() => parseJson(text)).toThrow(SyntaxError);
    // How long numbers are marked is not to be seen.
    expect(() => parseJson('[x, 1234567890123456789]')).toThrow(
      `Unexpected token 'x', "[x, 1234567"... is not valid JSON`,
    );
  });

  it('marks whole numbers only', () => {
    const text =
      '{"a":":1234567890123456,","b":[1234567890123456789,0.1234567890123456789,1e1000]}';
    expect(parseJson(text)).toMatchObject({
      b: [
        new ExactNumber('1234567890123456789'),
        JSON.parse('0.1234567890123456789'),
        Number.POSITIVE_INFINITY,
      ],
    });
  });

  it('reads safe integers and fractions as numbers', () => {
    expect(parseJson('[9007199254740991,9007199254740993,0.1234567890123456]')).toEqual([
      9007199254740991,
      new ExactNumber('9007199254740993'),
      0.1234567890123456,
    ]);
  });

  it.each(['{"a":01234567890123456}', '{"a":1234567890123456x}', '{"a":', '', '{"a":1}}'])(
    'refuses what JSON.parse refuses: %s',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );

  it('takes the last of duplicate keys, with and without long numbers', () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(parseJson('{"a":1,"a":2,"n":1234567890123456789}')).toMatchObject({ a: 2 });
  });

  it('gives "__proto__" no meaning', () => {
    const value = parseJson('{"__proto__":{"x":1234567890123456789}}');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect((value as { x?: unknown }).x).toBeUndefined();
  });

  it('does not overflow the stack on deep values', () => {
    expect(() => parseJson(`{"n":1234567890123456789,"a":${nested(200_000)}}`)).toThrow(
      JsonTooDeepError,
    );
  });
});

describe('compactJson', () => {
  it('writes exact digits, and U+FFFD for half a surrogate pair', () => {
    const value = parseJson('{ "n" : 1234567890123456789, "s":"\\ud800x", "p":"\\ud83d\\ude00" }');
    expect(compactJson(value)).toBe('{"n":1234567890123456789,"s":"\\ufffdx","p":"😀"}');
  });

  it('refuses values deeper than the limit', () => {
    expect(compactJson(JSON.parse(nested(maxJsonDepth)))).toBe(nested(maxJsonDepth));
    expect(() => compactJson(JSON.parse(nested(maxJsonDepth + 1)))).toThrow(JsonTooDeepError);
    expect(() => compactJson(JSON.parse(nested(500_000)))).toThrow(JsonTooDeepError);
  });
});

describe('compactJsonText', () => {
  it.each([
    ['{ "b" : 1.10 ,\n "a" : [ 1 , 2 ] }', '{"b":1.10,"a":[1,2]}'],
    ['{"10":1,"2":" a  b "}', '{"10":1,"2":" a  b "}'],
    [' 12345678901234567890 ', '12345678901234567890'],
    ['{"a":"\\" , \\\\"  }', '{"a":"\\" , \\\\"}'],
    [
      '{"a":"\\ud800","b":"\\ud83d\\ude00","c":"\\\\ud800"}',
      '{"a":"\\ufffd","b":"\\ud83d\\ude00","c":"\\\\ud800"}',
    ],
  ])('%s', (text, compact) => {
    expect(compactJsonText(text)).toBe(compact);
  });

  it.each(['', 'abc', '{"a":}', "{'a':1}"])('is undefined for %s', (text) => {
    expect(compactJsonText(text)).toBeUndefined();
  });

  it('refuses documents deeper than the limit', () => {
    expect(compactJsonText(nested(maxJsonDepth))).toBe(nested(maxJsonDepth));
    expect(() => compactJsonText(nested(maxJsonDepth + 1))).toThrow(JsonTooDeepError);
    expect(() => compactJsonText(nested(1_000_000))).toThrow(JsonTooDeepError);
  });
});

describe('readableJson', () => {
  it.each([
    ['{"a":18446744073709551615,"b":-9223372036854775808}', undefined],
    ['{"a":18446744073709551616}', '{"a":18446744073709551616.0}'],
    ['[-9223372036854775809,1]', '[-9223372036854775809.0,1]'],
    [' 123456789012345678901234567890 ', ' 123456789012345678901234567890.0 '],
    [
      '{"a":[100000000000000000000,{"b":200000000000000000000}]}',
      '{"a":[100000000000000000000.0,{"b":200000000000000000000.0}]}',
    ],
    ['{"a":"x:99999999999999999999,","99999999999999999999":99999999999999999999.5}', undefined],
    ['{"a":1.99999999999999999999,"b":99999999999999999999e1}', undefined],
    ['{"a":1e999,"b":[-1.5E+400,1e308,1e-999]}', '{"a":"1e999","b":["-1.5E+400",1e308,1e-999]}'],
    [`[${'9'.repeat(400)}]`, `["${'9'.repeat(400)}"]`],
    ['no JSON, 99999999999999999999,', undefined],
  ])('%s', (text, readable = text) => {
    expect(readableJson(text)).toBe(readable);
  });

  it('takes no more than its length in time', () => {
    const digits = '9'.repeat(2_000_000);
    expect(readableJson(`{"a":${digits}}`)).toBe(`{"a":"${digits}"}`);
    const broken = `[99999999999999999999,"${'\\\\"'.repeat(1_000_000)}`;
    expect(readableJson(broken)).toBe(broken);
  });
});

describe('depthOf', () => {
  it.each([
    ['"[[["', 0],
    ['{"a":"\\\\","b":[[1]]}', 3],
    ['{"a":"\\"[[["}', 1],
  ])('%s is %i', (text, depth) => {
    expect(depthOf(text)).toBe(depth);
  });
});
