import { describe, expect, it } from 'vitest';
import type { ScalarType } from '../../src/catalog/types.js';
import { JsonTooDeepError, parseJson } from '../../src/ingest/json.js';
import { type Coerced, coercions } from '../../src/ingest/values.js';

// Type, the value as JSON text, what the engine is given: null for KQL's null, undefined for no value.
const table: readonly (readonly [ScalarType, string, Coerced])[] = [
  ['bool', 'true', 'true'],
  ['bool', '1', 'true'],
  ['bool', '0', 'false'],
  ['bool', '"False"', 'false'],
  ['bool', '"1"', 'true'],
  ['bool', '""', null],
  ['bool', '2', undefined],
  ['bool', '"yes"', undefined],
  ['bool', '{}', undefined],
  ['int', '2147483647', '2147483647'],
  ['int', '2147483648', undefined],
  ['int', '-2147483648', '-2147483648'],
  ['int', '"-2147483649"', undefined],
  ['int', '" 42 "', '42'],
  ['int', '1.0', '1'],
  ['int', '1.5', undefined],
  ['int', 'true', '1'],
  ['int', '[1]', undefined],
  ['long', '9223372036854775807', '9223372036854775807'],
  ['long', '9223372036854775808', undefined],
  ['long', '-9223372036854775808', '-9223372036854775808'],
  ['long', '"9223372036854775807"', '9223372036854775807'],
  ['long', '"+7"', '7'],
  ['long', '"0x1F"', '31'],
  ['long', '"0xFFFFFFFFFFFFFFFF"', '-1'],
  ['long', '"7.000"', '7'],
  ['long', '"7.5"', undefined],
  ['long', '1e3', '1000'],
  ['long', '1e300', undefined],
  ['long', '""', null],
  ['long', '"abc"', undefined],
  ['real', '1.5', '1.5'],
  ['real', '"-1.5e3"', '-1500'],
  ['real', '"NaN"', '"nan"'],
  ['real', '"-Infinity"', '"-inf"'],
  ['real', '1234567890123456789', '1234567890123456800'],
  ['real', '"1e999"', undefined],
  ['real', '"1,5"', undefined],
  ['real', 'true', undefined],
  ['decimal', '"12345678901234567890.12"', '"12345678901234567890.12"'],
  ['decimal', '-0.5', '"-0.5"'],
  ['decimal', '"."', undefined],
  ['decimal', '"1e5"', undefined],
  ['string', '"a\\u0000b\\n"', '"a\\u0000b\\n"'],
  ['string', '"\\ud800"', '"�"'],
  ['string', '""', null],
  ['string', '5', '"5"'],
  ['string', 'true', '"true"'],
  ['string', '639199803770463703', '"639199803770463703"'],
  ['string', '{"a": [1, 2]}', '"{\\"a\\":[1,2]}"'],
  ['datetime', '"2026-01-05T17:04:44Z"', '"2026-01-05T17:04:44.0000000Z"'],
  ['datetime', '"0001-01-01T00:00:00Z"', '"0001-01-01T00:00:00.0000000Z"'],
  ['datetime', '""', null],
  ['datetime', '1767632684', undefined],
  ['datetime', '"soon"', undefined],
  ['timespan', '"1.02:03:04.5000001"', '937845000001'],
  ['timespan', '"-00:00:01"', '-10000000'],
  ['timespan', '"25:00:00"', undefined],
  ['timespan', '"99999999.00:00:00"', undefined],
  ['guid', '"{6F9619FF-8B86-D011-B42D-00C04FC964FF}"', '"6f9619ff-8b86-d011-b42d-00c04fc964ff"'],
  ['guid', '"6f9619ff8b86d011b42d00c04fc964ff"', '"6f9619ff-8b86-d011-b42d-00c04fc964ff"'],
  ['guid', '"x"', undefined],
  ['dynamic', '"[{\\"a\\" : 1.10}]"', '"[{\\"a\\":1.10}]"'],
  ['dynamic', '[{"a": 1}]', '"[{\\"a\\":1}]"'],
  ['dynamic', '{"n": 639199803770463703}', '"{\\"n\\":639199803770463703}"'],
  ['dynamic', '{"n": 123456789012345678901}', '"{\\"n\\":123456789012345678901.0}"'],
  ['dynamic', '"{\\"n\\": 123456789012345678901}"', '"{\\"n\\":123456789012345678901.0}"'],
  ['dynamic', '[1e20]', '"[100000000000000000000.0]"'],
  ['string', '123456789012345678901', '"123456789012345678901"'],
  ['string', '[123456789012345678901]', '"[123456789012345678901.0]"'],
  ['dynamic', '"plain text"', '"\\"plain text\\""'],
  ['dynamic', '"null"', null],
  ['dynamic', '""', null],
  ['dynamic', 'true', '"true"'],
];

describe('coercions', () => {
  it.each(table)('%s from %s', (type, value, expected) => {
    expect(coercions[type](parseJson(value))).toBe(expected);
  });

  it('documents nested too deep are refused, as JSON and as text', () => {
    const text = `${'['.repeat(200)}${']'.repeat(200)}`;
    for (const value of [text, parseJson(text)]) {
      expect(() => coercions.dynamic(value)).toThrow(JsonTooDeepError);
    }
    expect(() => coercions.string(parseJson(text))).toThrow(JsonTooDeepError);
    expect(coercions.string(text)).toBe(JSON.stringify(text));
  });

  it.each([
    '9'.repeat(1_000_000),
    `0x${'f'.repeat(1_000_000)}`,
    `1${'0'.repeat(1_000_000)}.0`,
    `${'0'.repeat(1_000_000)}x`,
  ])('a number of a million digits is refused, not computed', (text) => {
    for (const type of ['int', 'long', 'real', 'decimal'] as const) {
      expect(coercions[type](text)).toBeUndefined();
    }
  });
});
