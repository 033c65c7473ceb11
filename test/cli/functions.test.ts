import { describe, expect, it } from 'vitest';
import { functionsToSave } from '../../src/cli/commands/functions.js';

const commands = [
  "// Kusto's",
  ".create-or-alter function with (docstring = 'few') Few(n: long = 1) { All() | take n }",
  '.create-or-alter function All() { DeviceProcessEvents }',
].join('\n');

const body = { name: 'F', parameters: 'x: long', body: 'print x', summary: '' };
const few = { name: 'Few', parameters: 'n: long = 1', body: 'All() | take n', summary: 'few' };
const all = { name: 'All', parameters: '', body: 'DeviceProcessEvents', summary: '' };

describe('what function save saves', () => {
  it.each([
    ['a body', 'print x', { name: 'F', parameters: 'x: long' }, [body]],
    ['all that a file declares, what is called first', commands, {}, [all, few]],
    ['the one that is named, of those', commands, { name: 'Few' }, [few]],
    [
      'a body below a rule of slashes',
      `${'/'.repeat(200)}\nprint x`,
      { name: 'F', parameters: 'x: long' },
      [{ ...body, body: `${'/'.repeat(200)}\nprint x` }],
    ],
    ['let statements', 'let All = () { DeviceProcessEvents };', {}, [all]],
  ] as const)('%s', async (_, content, options, expected) => {
    expect(await functionsToSave(content, 'f.kql', options)).toEqual(expected);
  });

  it.each([
    ['another name', commands, { name: 'Other' }, 'f.kql declares no function Other'],
    ['a summary beside its own', commands, { name: 'Few', summary: 'x' }, 'f.kql declares'],
    ['a body without a name', 'print 1', {}, 'f.kql:1:1: Neither'],
    ['nothing', '', {}, 'f.kql declares no function'],
  ])('%s is refused', async (_, content, options, message) => {
    await expect(functionsToSave(content, 'f.kql', options)).rejects.toThrow(message);
  });
});
