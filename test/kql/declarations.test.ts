import { describe, expect, test } from 'vitest';
import { HuntError } from '../../src/errors.js';
import { declaredParameters, functionsIn } from '../../src/kql/declarations.js';

describe('functions of a file', () => {
  test.each([
    [
      "Kusto's commands",
      [
        '// odd (ports)',
        '.create-or-alter function with (docstring = "x (y)", folder = "f") Odd(names: dynamic, w: timespan = 1d) {',
        '  T',
        '  | where a in (names)',
        '}',
        '',
        '// the next',
        '.create function ifnotexists F () { let x = 1; T | where a == x }',
      ],
      [
        ['Odd', 'names: dynamic, w: timespan = 1d', 'T\n  | where a in (names)'],
        ['F', '', 'let x = 1; T | where a == x'],
      ],
    ],
    [
      'let statements',
      ['let F = (a: string) { T | where b == a };', 'let G = () { F("x") };'],
      [
        ['F', 'a: string', 'T | where b == a'],
        ['G', '', 'F("x")'],
      ],
    ],
    [
      'commands below a rule of slashes',
      ['/'.repeat(200), '// // // a', '.create function F() { T }'],
      [['F', '', 'T']],
    ],
    ['nothing', ['// nothing'], []],
  ])('are those of %s', (_what, lines, expected) => {
    const found = functionsIn(lines.join('\n'));
    expect(found.map(({ name, parameters, body }) => [name, parameters, body])).toEqual(expected);
  });

  test.each([
    ['', ''],
    [`with (folder = 'f', docstring = "it's" ' one')`, "it's one"],
    ['with (docstring = @"a\\b", skipvalidation = true)', 'a\\b'],
    ['with (skipvalidation = true)', ''],
  ])('%s says what it is for', (properties, summary) => {
    expect(functionsIn(`.create-or-alter function ${properties} F() { print 1 }`)).toEqual([
      { name: 'F', parameters: '', body: 'print 1', summary },
    ]);
  });

  test('a script has its commands', () => {
    const head = '// all of them\n.execute database script with (ContinueOnErrors = true) <|\n';
    const commands = '.create function F() { print 1 }\n\n.create function G() { F() | take 1 }';
    expect(functionsIn(head + commands)).toEqual(functionsIn(commands));
    expect(() => functionsIn(`${head}.create table T (a: long)`)).toThrow(/Neither a command/);
  });

  test.each([
    ['a query', 'let F = () { T };\nT | take 1', 18],
    ['a value', 'let x = 5;', 0],
    ['another command', '.show tables', 0],
    ['a mistake behind a command', '.create function F() { T }\n.create function G() { T | }', 53],
  ])('%s is refused where it is', (_what, text, start) => {
    try {
      functionsIn(text);
    } catch (error) {
      expect(error).toBeInstanceOf(HuntError);
      expect((error as HuntError).span?.start).toBe(start);
      return;
    }
    throw new Error('taken');
  });
});

test.each([
  ['declare query_parameters(a: string, b: long = 5);\nprint a', ['a', 'b']],
  ['// declare query_parameters(a: string)\nprint 1', []],
  ['print (', undefined],
])("parameters of %j are the query's own", (query, expected) => {
  expect(declaredParameters(query)).toEqual(expected);
});
