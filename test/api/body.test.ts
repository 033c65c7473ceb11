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

test.each<[string, string]>([
  ['arrays', `{"Query":"x","a":${'['.repeat(64)}${']'.repeat(64)}}`],
  ['objects', `{"Query":"x","a":${'{"a":'.repeat(64)}1${'}'.repeat(64)}}`],
  ['what does not end', `{"Query":"x","a":${'['.repeat(1_000_000)}`],
])('%s that are nested deeply are refused before they are read', (_, text) => {
  expect(() => readJsonBody(Buffer.from(text), undefined, rules)).toThrow(
    'The request body is nested more deeply than 64 levels.',
  );
});

test.each<[string, string]>([
  ['as deep as that', `{"Query":"x","a":${'['.repeat(63)}${']'.repeat(63)}}`],
  ['brackets in a string', `{"Query":"x","a":"\\\\\\"${'[{'.repeat(100)}"}`],
  ['many, one after another', `{"Query":"x","a":[${'[],{},'.repeat(1000)}1]}`],
])('%s is read', (_, text) => {
  expect(readJsonBody(Buffer.from(text), undefined, rules)).toMatchObject({ Query: 'x' });
});

test.each([
  ['UTF-8', '\ufeff', 'utf8', undefined],
  ['UTF-8, which its type denies', '\ufeff', 'utf8', 'application/json; charset=iso-8859-1'],
  ['UTF-16', '\ufeff', 'utf16le', undefined],
  ['UTF-16, which its type denies', '\ufeff', 'utf16le', 'application/json; charset=utf-8'],
  ['UTF-16, which its type says', '', 'utf16le', 'application/json; charset=utf-16'],
] as const)('a file with a byte order mark is read: %s', (_, mark, encoding, type) => {
  const body = Buffer.from(`${mark}{"Query":"é"}`, encoding);
  expect(readJsonBody(body, type, rules)).toEqual({ Query: 'é' });
  if (encoding === 'utf16le' && type === undefined) {
    expect(readJsonBody(body.swap16(), type, rules)).toEqual({ Query: 'é' });
  }
});
