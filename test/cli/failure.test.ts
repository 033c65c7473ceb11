import { describe, expect, it } from 'vitest';
import { excerpt } from '../../src/cli/failure.js';

const escapeCodes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

describe('excerpt', () => {
  it.each([
    [
      'first line',
      'T | where Foo == 1',
      'Foo',
      'line 1, column 11\n  T | where Foo == 1\n            ^^^',
    ],
    [
      'a later line',
      'T\n| where Foo\n| take 1',
      'Foo',
      'line 2, column 9\n  | where Foo\n          ^^^',
    ],
    [
      'lines that end in CRLF',
      'T\r\n| where Foo',
      'Foo',
      'line 2, column 9\n  | where Foo\n          ^^^',
    ],
    [
      'tabs keep the carets below',
      'T\n|\twhere\tFoo',
      'Foo',
      'line 2, column 9\n  | where Foo\n          ^^^',
    ],
  ])('points at the place: %s', (_name, text, part, expected) => {
    const span = { start: text.indexOf(part), length: part.length };
    expect(excerpt(text, span).replace(escapeCodes, '')).toBe(expected);
  });

  it.each([
    ['beyond the end', { start: 5, length: 0 }, 5],
    ['longer than its line', { start: 4, length: 50 }, 4],
  ])('shows a caret where the span is %s', (_name, span, column) => {
    const lines = excerpt('T | x\n| take 1', span).replace(escapeCodes, '').split('\n');
    expect(lines[2]).toBe(`  ${' '.repeat(column)}^`);
  });

  it('shows the surroundings on a line that is too long to show', () => {
    const text = `T | where A in (${'"value", '.repeat(200)}Foo)`;
    const span = { start: text.indexOf('Foo'), length: 3 };
    const [, line = '', carets = ''] = excerpt(text, span).replace(escapeCodes, '').split('\n');
    expect(line.length).toBeLessThan(130);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('Foo');
  });
});
