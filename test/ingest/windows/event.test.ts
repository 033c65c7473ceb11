import { describe, expect, it } from 'vitest';
import { EventData } from '../../../src/ingest/windows/event.js';

type Members = readonly (readonly [name: string, value: string])[];

function dataOf(members: Members): EventData {
  const data = new EventData();
  for (const [name, value] of members) {
    data.set(name, value);
  }
  return data;
}

function membersOf(data: EventData): Members {
  return data.names.map((name) => [name, data.get(name.toLowerCase()) ?? '']);
}

const numbered = (count: number, prefix: string): Members =>
  Array.from({ length: count }, (_, index) => [`${prefix}${index}`, String(index)]);

describe('the values of an event', () => {
  it('are found by their names in lower case', () => {
    const data = dataOf([
      ['Image', 'a'],
      ['User', 'b'],
    ]);
    expect([data.get('image'), data.get('user'), data.get('other'), data.get('Image')]).toEqual([
      'a',
      'b',
      undefined,
      undefined,
    ]);
    expect(data.size).toBe(2);
  });

  it('replace an earlier one of the same name in another case, which keeps its spelling', () => {
    const members: Members = [
      ['Image', 'a'],
      ['User', 'b'],
      ['IMAGE', 'c'],
      ['image', 'd'],
    ];
    // The second event takes the way of the first.
    for (const data of [dataOf(members), dataOf(members)]) {
      expect(membersOf(data)).toEqual([
        ['Image', 'd'],
        ['User', 'b'],
      ]);
    }
  });

  it('are of one event alone, whatever names it shares with others', () => {
    const start: Members = [
      ['A', '1'],
      ['B', '2'],
    ];
    const ends: readonly Members[] = [
      [],
      [['C', '3']],
      [
        ['D', '4'],
        ['C', '5'],
      ],
      [['d', '6']],
      [['C', '7']],
    ];
    const all = ends.map((end) => dataOf([...start, ...end]));
    expect(all.map(membersOf)).toEqual(ends.map((end) => [...start, ...end]));
    expect(all[0]?.get('c')).toBeUndefined();
    expect(all[1]?.get('d')).toBeUndefined();
  });

  it('have one list of names where they have the same names', () => {
    const [one, other] = [dataOf(numbered(20, 'Same')), dataOf(numbered(20, 'Same'))];
    expect(one.names).toBe(other.names);
  });

  it('can be taken away', () => {
    const data = dataOf([
      ['A', '1'],
      ['B', '2'],
      ['C', '3'],
    ]);
    data.delete('b');
    data.delete('none');
    data.set('D', '4');
    expect(membersOf(data)).toEqual([
      ['A', '1'],
      ['C', '3'],
      ['D', '4'],
    ]);
  });

  it.each([
    ['many names', numbered(5_000, 'Many')],
    ['names of which only the first 200 are shared', numbered(201, 'Shared')],
    [
      'a long name',
      [
        ['A', '1'],
        ['x'.repeat(100_000), '2'],
        ['B', '3'],
      ] satisfies Members,
    ],
    [
      'a name that objects have',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ] satisfies Members,
    ],
  ])('are all there: %s', (_, members) => {
    expect(membersOf(dataOf(members))).toEqual(members);
    expect(membersOf(dataOf([...members, ...members]))).toEqual(members);
    expect(membersOf(dataOf([...members, ['Other', '']]))).toEqual([...members, ['Other', '']]);
    expect(membersOf(dataOf(members))).toEqual(members);
  });

  it('stay what they are when more kinds of events have come than are remembered', () => {
    const first = dataOf(numbered(30, 'First'));
    for (let kind = 0; kind < 3_000; kind++) {
      const members = [...numbered(20, 'Common'), ...numbered(3, `Of${kind}_`)];
      expect(membersOf(dataOf(members))).toEqual(members);
    }
    first.set('More', '1');
    expect(membersOf(first)).toEqual([...numbered(30, 'First'), ['More', '1']]);
  });
});
