import { describe, expect, it, vi } from 'vitest';
import {
  BusyError,
  excerpt,
  RefusedError,
  reportFailure,
  UnreachableError,
} from '../../src/cli/failure.js';
import { HuntError } from '../../src/errors.js';
import type { RoleName } from '../../src/identity/roles.js';

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
    ['letters of two columns', 'print "日本" == Foo', 'Foo', 18, 3],
    ['a sign of two units and two columns', 'print "🦊" == Foo', 'Foo', 16, 3],
    ['letters with marks of their own', 'print "e\u0301" == Foo', 'Foo', 15, 3],
    ['what is wide itself', 'print 日本', '日本', 8, 4],
  ])('points below the columns of a terminal: %s', (_what, text, part, indent, width) => {
    const span = { start: text.indexOf(part), length: part.length };
    const [, , carets] = excerpt(text, span).replace(escapeCodes, '').split('\n');
    expect(carets).toBe(' '.repeat(indent) + '^'.repeat(width));
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

describe('a directory that is in use', () => {
  const busy = (roles: readonly RoleName[]) => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const inUse = { path: '/data of mine', pid: 7, url: 'http://127.0.0.1:1' };
    expect(reportFailure(new BusyError(new HuntError('engine.busy', inUse), roles))).toBe(1);
    const text = told.mock.calls.map(([line]) => String(line)).join('\n');
    told.mockRestore();
    return text;
  };

  it('is reached with the roles that the command needs', () => {
    const text = busy(['Quarry.Admin', 'Quarry.Operator']);
    expect(text).toContain(
      "$(quarry token --data '/data of mine' --app cli --role Quarry.Admin --role Quarry.Operator)",
    );
    expect(text).toContain('without --data');
  });

  it('and not at all by a command that has to have it for itself', () => {
    const text = busy([]);
    expect(text).toContain('http://127.0.0.1:1');
    expect(text).not.toContain('quarry token');
  });
});

describe('what is told', () => {
  it('has the place once', () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const span = { start: 0, length: 2 };
    const message = 'This is not supported. (line 1, column 1)';
    expect(reportFailure(new RefusedError(message, { text: '-1', span }))).toBe(1);
    const lines = told.mock.calls.map(([line]) => String(line).replace(escapeCodes, ''));
    told.mockRestore();
    expect(lines.join('\n')).toBe('error: This is not supported.\nline 1, column 1\n  -1\n  ^^');
  });

  it.each([
    [{ code: 'ECONNREFUSED', message: '' }, 'Nothing answers at https://x.'],
    [
      {
        code: 'EPROTO',
        message:
          'write EPROTO 80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:a.c:350:\n',
      },
      'https://x cannot be reached: TLS: wrong version number',
    ],
    [
      { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: 'self-signed certificate' },
      'https://x cannot be reached: self-signed certificate',
    ],
  ])('of a server that cannot be reached: %j', ({ code, message }, expected) => {
    const cause = Object.assign(new Error(message), { code });
    expect(new UnreachableError('https://x', cause).message).toBe(expected);
  });
});
