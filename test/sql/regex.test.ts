import { describe, expect, test } from 'vitest';
import { parseRegex } from '../../src/sql/regex/parse.js';
import { re2Text } from '../../src/sql/regex/re2.js';
import { anyCharacter, requiredText } from '../../src/sql/regex/required.js';
import { RegexError } from '../../src/sql/regex/syntax.js';

const printed = (pattern: string, ascii = true) => re2Text(parseRegex(pattern).root, { ascii });

describe('a pattern that means something else to RE2 is passed on as it is', () => {
  test.each([
    ['a.c', '(?-s)a.c'],
    [String.raw`\d+\s\w`, String.raw`(?-s)[0-9]+[\t-\r ][0-9A-Za-z_]`],
    ['a**', '(?-s)(?:a*)*'],
    ['a{b}', String.raw`(?-s)a\{b\}`],
    ['[]a]', String.raw`(?-s)[\]a]`],
    ['[^]a]', String.raw`(?-s)[^\]a]`],
    ['[a[bc]]', '(?-s)[abc]'],
    ['[[a-z]', String.raw`(?-s)[\[a-z]`],
    [String.raw`\u00e9\x{1F600}\x41`, '(?-s)é😀A'],
    [String.raw`\101\0`, String.raw`(?-s)A\x00`],
    [String.raw`\Qa.b\E*`, String.raw`(?-s)(?:a\.b)*`],
    [String.raw`\p{Letter}\P{Greek}\pN`, String.raw`(?-s)[\p{L}][\P{Greek}][\p{N}]`],
    [String.raw`\<foo\>`, String.raw`(?-s)\bfoo\b`],
    [String.raw`\b{start}(?:a|\d+)x*\b{end}`, null],
    [String.raw`\b{start-half}(?:a|[b-d]+)x+\b{end-half}`, String.raw`(?-s)\b(?:a|[b-d]+)x+\b`],
    [String.raw`\<-`, null],
    [String.raw`\<`, null],
    ['[0-9&&[^4]]', '(?-s)[0-35-9]'],
    ['[0-9--4]', '(?-s)[0-35-9]'],
    ['[a-g~~b-h]', '(?-s)[ah]'],
    ['[a-y&&xyz--x]', '(?-s)[y]'],
    ['[^a-z&&b]', '(?-s)[^b]'],
    ['[a&&b]', String.raw`(?-s)[^\x00-\x{10FFFF}]`],
    ['[x[^xyz]]', `(?-s)[x\\x00-w\\{-\ud7ff\ue000-\u{10ffff}]`],
    [String.raw`[\p{Greek}&&\pL&&α-ω]`, '(?-s)[α-ω]'],
    [String.raw`[\w&&[^_]&&[[:ascii:]]]`, '(?-s)[0-9A-Za-z]'],
    ['(?x) a b # c\n c', '(?-s)abc'],
    ['(?i)a(?-i:b)|c', '(?-s)(?i)a(?:(?-i)b)|c'],
    ['(?P<n>a)(?<m.x>b)', '(?-s)(a)(b)'],
    [String.raw`[\D_]`, String.raw`(?-s)[\x00-/:-\x{10FFFF}_]`],
    ['[a-]', String.raw`(?-s)[a\-]`],
  ])('%s', (pattern, expected) => {
    if (expected === null) expect(() => printed(pattern)).toThrow(RegexError);
    else expect(printed(pattern)).toBe(expected);
  });

  test('letters and digits of every script', () => {
    expect(printed(String.raw`^\w\d$`, false)).toContain(String.raw`\p{L}`);
    expect(printed(String.raw`(?-u:\w)`, false)).toBe('(?-s)(?:[0-9A-Za-z_])');
  });
});

describe('a malformed pattern reaches the engine', () => {
  test.each([
    '(a',
    'a)',
    '[a',
    '*a',
    'a{2,1}',
    '[z-a]',
    String.raw`\k`,
    String.raw`a\1`,
    '(?=a)',
    '(?<!a)',
    '(?q)',
    '(?P<1>a)',
    '(?<n>a)(?<n>b)',
    'a\\',
    String.raw`\x{110000}`,
    '(?:a{100}){100}',
    'a{1001}',
    '('.repeat(300) + ')'.repeat(300),
  ])('%s', (pattern) => {
    expect(() => parseRegex(pattern)).toThrow(RegexError);
  });
});

describe('a prefilter loses a match', () => {
  const any = anyCharacter;
  test.each([
    ['invoke-mimi.*creds', 'invoke-mimi'],
    ['(?i)Powershell', `power${any}hell`],
    ['abc', undefined],
    ['abcd|efgh', undefined],
    ['(abcd)?x', undefined],
    ['(abcd){2,}x', 'abcd'],
    ['x(abcd)y', 'xabcdy'],
    ['abcde?', 'abcd'],
    ['[.]exe -enc', '.exe -enc'],
    ['naïve abcd', `na${any}ve abcd`],
    [String.raw`\bcmd\.exe\b`, 'cmd.exe'],
    ['(?i)ssss', undefined],
  ])('%s', (pattern, expected) => {
    expect(requiredText(parseRegex(pattern).root)).toBe(expected);
  });
});
