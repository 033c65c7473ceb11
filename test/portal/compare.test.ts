import { describe, expect, test } from 'vitest';
import { compareRuns, guessKey } from '../../portal/src/results/compare/compare.js';
import type { ResultColumn } from '../../portal/src/results/model.js';
import { runNow } from '../../portal/src/results/sliced.js';

const columns: readonly ResultColumn[] = [
  { name: 'Device', type: 'string' },
  { name: 'Count', type: 'long' },
];

function changes(
  before: readonly unknown[][],
  after: readonly unknown[][],
  key: readonly number[] = [0],
) {
  const { changes: found, ...rest } = runNow(
    compareRuns({ columns, rows: before }, { columns, rows: after }, key),
  );
  return {
    ...rest,
    found: found.map((change) => [
      change.kind,
      ...change.row,
      ...(change.kind === 'changed' ? [...change.before.values()] : []),
    ]),
  };
}

describe('a change between two runs that is missed or made up', () => {
  test('added, gone, changed and the same', () => {
    const before = [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ];
    const after = [
      ['c', 3],
      ['b', 5],
      ['d', 4],
    ];
    expect(changes(before, after)).toEqual({
      found: [
        ['changed', 'b', 5, 2],
        ['added', 'd', 4],
        ['gone', 'a', 1],
      ],
      same: 1,
      duplicates: 0,
    });
  });

  test('another order alone is no change, also of rows that share a key', () => {
    const before = [
      ['a', 1],
      ['a', 2],
      ['a', 3],
    ];
    const after = [
      ['a', 3],
      ['a', 1],
      ['a', 2],
    ];
    expect(changes(before, after)).toEqual({ found: [], same: 3, duplicates: 2 });
  });

  test('one more of the same is one more', () => {
    expect(
      changes(
        [['a', 1]],
        [
          ['a', 1],
          ['a', 1],
        ],
      ).found,
    ).toEqual([['added', 'a', 1]]);
  });

  test('null and zero and empty text are told apart where their text is', () => {
    expect(changes([['a', 0]], [['a', null]]).found).toEqual([['changed', 'a', null, 0]]);
  });

  test('columns are found by their names', () => {
    const turned = [columns[1], columns[0]].flatMap((column) => column ?? []);
    const { changes: found, same } = runNow(
      compareRuns({ columns: turned, rows: [[1, 'a']] }, { columns, rows: [['a', 1]] }, [0]),
    );
    expect([found, same]).toEqual([[], 1]);
  });

  test('with all columns as the key nothing is called changed', () => {
    expect(changes([['a', 1]], [['a', 2]], [0, 1]).found).toEqual([
      ['added', 'a', 2],
      ['gone', 'a', 1],
    ]);
  });
});

const keys: readonly (readonly [string, ResultColumn['type'][], string[], number[]])[] = [
  ['events', ['datetime', 'string', 'long'], ['Timestamp', 'DeviceId', 'ReportId'], [2, 1, 0]],
  ['a summary', ['string', 'long'], ['Device', 'Count'], [0]],
  ['numbers alone', ['long', 'real'], ['a', 'b'], [0, 1]],
];

describe('a key that is guessed wrong', () => {
  for (const [name, types, names, expected] of keys) {
    test(name, () => {
      const made = names.map((column, at) => ({ name: column, type: types[at] ?? 'string' }));
      expect(guessKey(made)).toEqual(expected);
    });
  }
});
