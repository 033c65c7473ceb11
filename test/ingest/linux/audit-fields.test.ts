import { describe, expect, it } from 'vitest';
import { readFields } from '../../../src/ingest/linux/audit-fields.js';

function fieldsOf(text: string): [string, string][] {
  const fields = new Map<string, string>();
  readFields(text, fields);
  return [...fields];
}

describe('fields of an audit record', () => {
  it.each<[string, [string, string][]]>([
    [
      'pid=1 exe="/bin/a b" key=(null)',
      [
        ['pid', '1'],
        ['exe', '"/bin/a b"'],
        ['key', '(null)'],
      ],
    ],
    [
      'a="b\\"c" d=[1 2] e={ f=1 } g=\'h i=2\' j=',
      [
        ['a', '"b\\"c"'],
        ['d', '[1 2]'],
        ['e', '{ f=1 }'],
        ['g', "'h i=2'"],
        ['j', ''],
      ],
    ],
    ['a=1 a=2', [['a', '1']]],
    [
      '9a=1 -b=2 c.d=3 =4 e =5',
      [
        ['a', '1'],
        ['b', '2'],
        ['d', '3'],
      ],
    ],
    [
      'a="b c=1',
      [
        ['a', '"b'],
        ['c', '1'],
      ],
    ],
    [
      'a="b\\\nc" d=(e f=1',
      [
        ['a', '"b\\'],
        ['d', '(e'],
        ['f', '1'],
      ],
    ],
    [
      'a=b\u00a0c=\ud800',
      [
        ['a', 'b'],
        ['c', '\ud800'],
      ],
    ],
    [
      'a1_len=9 a1[0]="b c" a1[12]=6465 a[]=1 [3]=2 b[x]=3 c[4=5',
      [
        ['a1_len', '9'],
        ['a1[0]', '"b c"'],
        ['a1[12]', '6465'],
      ],
    ],
    ['', []],
  ])('%j', (text, fields) => {
    expect(fieldsOf(text)).toEqual(fields);
  });

  it('of a long text are found once', () => {
    expect(fieldsOf(`${'-'.repeat(2_000_000)}=1 ${'a'.repeat(2_000_000)}`)).toEqual([]);
    expect(fieldsOf(`${'1'.repeat(2_000_000)}]=1 ${']='.repeat(1_000_000)}`)).toEqual([]);
  });
});
