import { describe, expect, it, test } from 'vitest';
import { builtinCatalog } from '../../src/catalog/catalog.js';
import { checkExpansions } from '../../src/kql/expansions.js';
import { decimalNumber } from '../../src/kql/literals.js';
import { checkNesting } from '../../src/kql/nesting.js';
import { sourceText } from '../../src/kql/source.js';
import { mayBeRespelled } from '../../src/kql/spellings.js';
import { matcher } from '../../src/kql/views.js';
import { compileNow } from '../compile-here.js';
import { tenantScope } from './harness.js';

describe('brackets in brackets', () => {
  it.each(['(', '[', '{', 'f(', '(\n'])(
    'too many of %j are refused before they are parsed',
    (open) => {
      const text = `print ${open.repeat(200_000)}1`;
      expect(() => compileNow(text, builtinCatalog, tenantScope)).toThrow('nested too deeply');
    },
  );

  it.each([
    [
      'in strings',
      `print "${'('.repeat(5000)}", '${'('.repeat(5000)}', @"\\", @"${'['.repeat(5000)}"`,
    ],
    ['in a string of several lines', `print \`\`\`\n${'('.repeat(5000)}\n\`\`\``],
    ['in comments', `print 1 // ${'('.repeat(5000)}`],
    ['behind a quote that is escaped', `print "\\"", "${'('.repeat(5000)}"`],
    ['one after the other', `print ${'(1)+'.repeat(400)}1`],
  ])('%s they may be many', (_, text) => {
    expect(compileNow(text, builtinCatalog, tenantScope).kind).toBe('query');
  });
});

describe('names and their patterns', () => {
  it.each([
    ['Device*', 'DeviceEvents', true],
    ['*Events', 'DeviceEvents', true],
    ['*Events', 'DeviceEventsX', false],
    ['D*v*E*s', 'DeviceEvents', true],
    ['D*E*E*E*E', 'DeviceEvents', false],
    ['Device*ceEvents', 'DeviceEvents', false],
    ['*', '', true],
    ['a.c', 'abc', false],
    ['abc', 'abc', true],
    ['***', 'x', true],
  ])('%s, %s: %s', (pattern, name, fits) => {
    expect(matcher(pattern).test(name)).toBe(fits);
  });
});

test('SQL that is longer than the engine reads does not reach it', () => {
  const text = `let t = "${'a'.repeat(2_000_000)}"; print ${Array(10).fill('t').join(', ')}`;
  expect(() => compileNow(text, builtinCatalog, tenantScope)).toThrow('characters of SQL');
});

test('a list of 60,000 values with a name is bound in seconds', () => {
  const values = Array.from({ length: 60_000 }, (_, index) => `"v${index}"`).join(', ');
  const text = `let listed = dynamic([${values}]); print s = "v7" | where s in (listed)`;
  const start = performance.now();
  expect(compileNow(text, builtinCatalog, tenantScope).kind).toBe('query');
  expect(performance.now() - start).toBeLessThan(25_000);
});

describe('complaints of the binder that do not count', () => {
  const wildcards = (count: number) => Array.from({ length: count }, (_, index) => `x${index}*`);

  it.each(['project-away', 'project-keep', 'project-reorder'])(
    'may be many in one %s, or one in each of many',
    (operator) => {
      const start = performance.now();
      for (const stages of [
        `| ${operator} ${wildcards(3000).join(', ')}`,
        wildcards(400).map((name) => `| ${operator} ${name}`),
      ]) {
        const text = `print a = 1, b = 2 ${[stages].flat().join(' ')}`;
        expect(compileNow(text, builtinCatalog, tenantScope).kind).toBe('query');
      }
      expect(performance.now() - start).toBeLessThan(30_000);
    },
  );
});

describe('a query of any length is looked through in a time that grows with it', () => {
  const length = 900_000;
  const of = (text: string) => text.repeat(length / text.length);

  it.each<[string, () => unknown, unknown]>([
    ['patterns of stars', () => matcher(`${of('*')}z`).test('DeviceEvents'.repeat(1000)), false],
    ['patterns of letters', () => matcher(`${of('*e')}*z`).test(of('e')), false],
    ['expansions', () => mayBeRespelled(of('mv-expand ')), false],
    ['an expansion with take', () => mayBeRespelled(`T | mv-expand x take 1 | ${of('a ')}`), true],
    ['quotes', () => checkNesting(of('\\"')), undefined],
    ['quotes and lines', () => checkNesting(of('@"\n')), undefined],
    ['backticks', () => checkNesting(of('`` `')), undefined],
    ['brackets in turn', () => checkNesting(of('(x)')), undefined],
    ['digits', () => decimalNumber(`${of('1')}x`), null],
    ['let', () => checkExpansions(sourceText(of('let '), '', [])), undefined],
  ])('%s', (_name, look, wanted) => {
    const start = performance.now();
    expect(look()).toBe(wanted);
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
