import { describe, expect, it } from 'vitest';
import { checkExpansions } from '../../src/kql/expansions.js';
import { decimalNumber } from '../../src/kql/literals.js';
import { sourceText } from '../../src/kql/source.js';
import { mayBeRespelled } from '../../src/kql/spellings.js';
import { matcher } from '../../src/kql/views.js';

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

describe('a query of any length is looked through in a time that grows with it', () => {
  const length = 900_000;
  const of = (text: string) => text.repeat(length / text.length);

  it.each<[string, () => unknown, unknown]>([
    ['patterns of stars', () => matcher(`${of('*')}z`).test('DeviceEvents'.repeat(1000)), false],
    ['patterns of letters', () => matcher(`${of('*e')}*z`).test(of('e')), false],
    ['expansions', () => mayBeRespelled(of('mv-expand ')), false],
    ['an expansion with take', () => mayBeRespelled(`T | mv-expand x take 1 | ${of('a ')}`), true],
    ['digits', () => decimalNumber(`${of('1')}x`), null],
    ['let', () => checkExpansions(sourceText(of('let '), '', [])), undefined],
  ])('%s', (_name, look, wanted) => {
    const start = performance.now();
    expect(look()).toBe(wanted);
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
