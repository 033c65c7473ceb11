import { expect, test } from 'vitest';
import { readJsonBody } from '../../src/api/body.js';

const rules = { rawControls: true };

test('line breaks within strings are taken where the first documentation printed them', () => {
  expect(readJsonBody(Buffer.from('{"Query":"a\n\\"b\\"\t"}'), undefined, rules)).toEqual({
    Query: 'a\n"b"\t',
  });
});

test('a string without an end takes no time that grows with the square of its quotes', () => {
  const start = performance.now();
  const body = Buffer.from(`{"Query":"${'\\"'.repeat(1_000_000)}`);
  expect(() => readJsonBody(body, undefined, rules)).toThrow('Missing query.');
  expect(performance.now() - start).toBeLessThan(15_000);
});
