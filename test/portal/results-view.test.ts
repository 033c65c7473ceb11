import { describe, expect, test } from 'vitest';
import { LineHeights } from '../../portal/src/results/grid/geometry.js';
import { chord } from '../../portal/src/results/grid/keys.js';
import {
  type GridAction,
  initialState,
  reduce,
  shownColumns,
} from '../../portal/src/results/grid/state.js';
import { countOverTime } from '../../portal/src/results/histogram.js';
import type { KustoType, ResultColumn } from '../../portal/src/results/model.js';
import { runNow, runSliced } from '../../portal/src/results/sliced.js';
import { showDatetime } from '../../portal/src/results/values/datetime.js';
import { compareValues } from '../../portal/src/results/values/order.js';
import type { ColumnFilter } from '../../portal/src/results/view/filter.js';
import { linesOf } from '../../portal/src/results/view/group.js';
import { findHits, splitAtHits } from '../../portal/src/results/view/search.js';
import { summarizeSelection } from '../../portal/src/results/view/selection.js';
import { emptyColumns, summarize } from '../../portal/src/results/view/summary.js';
import { buildView, plainView, type ViewState } from '../../portal/src/results/view/view.js';

/** A type and values in their order; empty ones are last. */
const ordered: readonly (readonly [KustoType, readonly unknown[]])[] = [
  ['long', [-3, 2, 10, 9007199254740992, '9007199254740993', '9007199254740994', null]],
  ['decimal', ['-1.5', '1.05', '1.1', '100000000000000000000.1', '100000000000000000000.2']],
  ['real', [-1.5, 0, 0.1, 2, 10]],
  ['string', ['Alpha', 'beta', 'Gamma', '']],
  ['string', ['10', '9']],
  [
    'datetime',
    ['2026-01-01T00:00:00.0000001Z', '2026-01-01T00:00:00.0000002Z', '2026-01-02T00:00:00Z', null],
  ],
  ['timespan', ['-00:00:01', '00:00:00.0000001', '23:00:00', '1.00:00:00', '10.00:00:00']],
  ['bool', [false, true, null]],
  ['dynamic', [1, 20, 'text', null]],
];

describe('an order that is not the type’s', () => {
  for (const [type, values] of ordered) {
    test(`${type}: ${values.join(' < ')}`, () => {
      for (const [at, low] of values.entries()) {
        expect(compareValues(low, low, type)).toBe(0);
        for (const high of values.slice(at + 1)) {
          expect([low, high, Math.sign(compareValues(low, high, type))]).toEqual([low, high, -1]);
          expect(Math.sign(compareValues(high, low, type))).toBe(1);
        }
      }
    });
  }
});

const columns: readonly ResultColumn[] = [
  { name: 'Name', type: 'string' },
  { name: 'Size', type: 'long' },
  { name: 'At', type: 'datetime' },
];
const rows: readonly (readonly unknown[])[] = [
  ['b.exe', 30, '2026-01-01T10:00:00.0000000Z'],
  ['A.exe', 5, '2026-02-01T10:00:00.0000000Z'],
  ['', null, null],
  ['b.exe', 200, '2026-01-31T23:59:59.9999999Z'],
  ['c.dll', 5, '2025-12-31T00:00:00.0000000Z'],
];

function view(state: Partial<ViewState>): number[] {
  const built = runNow(buildView({ rows, columns }, { ...plainView, ...state }, 'utc'));
  return [...(built.order ?? rows.keys())];
}

const sortings: readonly (readonly [ViewState['sort'], number[]])[] = [
  [[], [0, 1, 2, 3, 4]],
  [[{ column: 0, descending: false }], [1, 0, 3, 4, 2]],
  [[{ column: 0, descending: true }], [4, 0, 3, 1, 2]],
  [[{ column: 1, descending: false }], [1, 4, 0, 3, 2]],
  [
    [
      { column: 1, descending: false },
      { column: 2, descending: false },
    ],
    [4, 1, 0, 3, 2],
  ],
];

describe('rows that are sorted into another order', () => {
  for (const [sort, expected] of sortings) {
    test(JSON.stringify(sort), () => expect(view({ sort })).toEqual(expected));
  }

  test('many of them, as Array.sort has it, and equal ones in the order they came', async () => {
    const many = Array.from({ length: 10_007 }, (_, at) => [(at * 7919) % 1000]);
    const state = { ...plainView, sort: [{ column: 0, descending: false }] };
    const task = buildView({ rows: many, columns: [{ name: 'N', type: 'long' }] }, state, 'utc');
    const built = await runSliced(task, new AbortController().signal, 1);
    const expected = [...many.keys()].sort((a, b) => (many[a]?.[0] ?? 0) - (many[b]?.[0] ?? 0));
    expect([...(built?.order ?? [])]).toEqual(expected);
  });

  test('a sort that is no longer wanted ends without a result', async () => {
    const abort = new AbortController();
    const state = { ...plainView, sort: [{ column: 0, descending: false }] };
    const task = runSliced(buildView({ rows, columns }, state, 'utc'), abort.signal, 0);
    abort.abort();
    expect(await task).toBeUndefined();
  });
});

const filters: readonly (readonly [number, string, number[]])[] = [
  [0, 'EXE', [0, 1, 3]],
  [0, '!exe', [2, 4]],
  [0, '=b.exe', [0, 3]],
  [0, '!=b.exe', [1, 2, 4]],
  [0, '""', [2]],
  [0, '!""', [0, 1, 3, 4]],
  [1, '>5', [0, 3]],
  [1, '>= 5', [0, 1, 3, 4]],
  [1, '<30', [1, 4]],
  [1, '5..30', [0, 1, 4]],
  [2, '2026-01', [0, 3]],
  [2, '>2026-01', [1]],
  [2, '2026-01..2026-01', [0, 3]],
  [2, '<2026', [4]],
  [2, '2026-01-01 09:00..2026-01-01 11:00', [0]],
];

describe('a filter that keeps other rows', () => {
  for (const [column, text, expected] of filters) {
    test(`${columns[column]?.name} ${text}`, () => {
      const filter: ColumnFilter = { kind: 'text', text };
      expect(view({ filters: new Map([[column, filter]]) })).toEqual(expected);
    });
  }

  test('picked values, and all but those', () => {
    const pick = (exclude: boolean): ColumnFilter => ({
      kind: 'values',
      values: new Set(['b.exe', '']),
      exclude,
    });
    expect(view({ filters: new Map([[0, pick(false)]]) })).toEqual([0, 2, 3]);
    expect(view({ filters: new Map([[0, pick(true)]]) })).toEqual([1, 4]);
  });
});

test('groups are the largest first, and closed ones show their head alone', () => {
  const state = { ...plainView, groupBy: 0 };
  const { groups = [] } = runNow(buildView({ rows, columns }, state, 'utc'));
  expect(groups.map(({ key, rows: inside }) => [key, inside.length])).toEqual([
    ['b.exe', 2],
    ['A.exe', 1],
    ['', 1],
    ['c.dll', 1],
  ]);
  expect([...linesOf(groups, new Set(['b.exe']))]).toEqual([-1, -2, 1, -3, 2, -4, 4]);
});

test('a summary counts, finds ends by type and the commonest values', () => {
  const size = runNow(summarize(rows, undefined, 1, 'long'));
  expect(size).toMatchObject({ rows: 5, empty: 1, distinct: 3, min: 5, max: 200, mean: 60 });
  const name = runNow(summarize(rows, Int32Array.of(0, 3, 4), 0, 'string'));
  expect(name).toMatchObject({ rows: 3, empty: 0, distinct: 2, min: 'b.exe', max: 'c.dll' });
  expect(name.top.map(({ value, count }) => [value, count])).toEqual([
    ['b.exe', 2],
    ['c.dll', 1],
  ]);
  expect([...runNow(emptyColumns([['', 1, null]], 3))]).toEqual([0, 2]);
});

test('a selection adds up numbers of numeric columns alone', () => {
  const summary = runNow(
    summarizeSelection(
      { top: 0, bottom: 4, left: 0, right: 1 },
      (line, column) => rows[line]?.[column] ?? null,
      (column) => columns[column]?.type ?? 'string',
    ),
  );
  expect(summary).toEqual({
    ...{ cells: 10, empty: 2, distinct: 6, numbers: 4 },
    ...{ sum: 240, min: 5, max: 200 },
  });
});

test('a search finds cells in reading order and marks every occurrence', () => {
  const shown = columns.map((column, index) => ({ index, column }));
  const hits = runNow(findHits(rows, (line) => line, rows.length, shown, 'EXE', 'utc'));
  expect(hits.map(({ line }) => line)).toEqual([0, 1, 3]);
  expect(splitAtHits('Exe and exE', 'exe')).toEqual(['', 'Exe', ' and ', 'exE', '']);
  expect(splitAtHits('İstanbul exe', 'exe').join('')).toBe('İstanbul exe');
});

test('rows over time are counted once each, in round steps', () => {
  const histogram = runNow(countOverTime(rows, undefined, 2));
  expect(histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  expect(histogram?.stepMs).toBe(43_200_000);
});

const shown: readonly (readonly [string, string])[] = [
  ['2026-01-02T03:04:05.1234567Z', '2026-01-02T03:04:05.1234567Z'],
  ['2026-01-02T03:04:05.1230000Z', '2026-01-02T03:04:05.123Z'],
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
  ['0001-01-01T00:00:00.0000001Z', '0001-01-01T00:00:00.0000001Z'],
  ['9999-12-31T23:59:59.9999999Z', '9999-12-31T23:59:59.9999999Z'],
  ['no moment', 'no moment'],
];

describe('a datetime that loses something when it is shown', () => {
  for (const [value, text] of shown) {
    test(value, () => expect(showDatetime(value, 'utc')).toBe(text));
  }

  test('in local time it keeps its ticks and says its offset', () => {
    const local = showDatetime('2026-01-02T03:04:05.1234567Z', 'local');
    expect(local).toMatch(/:05\.1234567[+-]\d\d:\d\d$/);
    expect(Date.parse(local)).toBe(Date.parse('2026-01-02T03:04:05.123Z'));
  });
});

describe('lines that lie where they are not', () => {
  test('some are higher than the others', () => {
    const heights = new LineHeights(100_000, 28);
    heights.set(10, 128);
    heights.set(99_000, 58);
    expect(heights.total).toBe(100_000 * 28 + 130);
    expect([heights.topOf(10), heights.topOf(11)]).toEqual([280, 408]);
    for (const line of [0, 9, 10, 11, 500, 98_999, 99_000, 99_999]) {
      expect(heights.lineAt(heights.topOf(line))).toBe(line);
      expect(heights.lineAt(heights.topOf(line) + heights.heightOf(line) - 1)).toBe(line);
    }
    heights.set(10, 28);
    expect(heights.topOf(11)).toBe(308);
  });
});

describe('columns that are not where they were put', () => {
  const after = (...actions: readonly GridAction[]) =>
    shownColumns(actions.reduce(reduce, initialState(4)), new Set([3]));
  const cases: readonly (readonly [string, readonly GridAction[], number[]])[] = [
    ['as they came', [], [0, 1, 2, 3]],
    ['moved', [{ kind: 'move', column: 3, before: 1 }], [0, 3, 1, 2]],
    ['moved to the end', [{ kind: 'move', column: 0, before: undefined }], [1, 2, 3, 0]],
    ['moved onto itself', [{ kind: 'move', column: 1, before: 1 }], [0, 1, 2, 3]],
    ['pinned', [{ kind: 'pin', column: 2, pinned: true }], [2, 0, 1, 3]],
    ['hidden', [{ kind: 'hide', columns: [0, 1], hidden: true }], [2, 3]],
    ['without empty ones', [{ kind: 'toggle', what: 'hideEmpty' }], [0, 1, 2]],
  ];
  for (const [name, actions, expected] of cases) {
    test(name, () => expect(after(...actions)).toEqual(expected));
  }
});

test('keys have one name each', () => {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  expect(chord({ ...none, key: 'h', ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+H');
  expect(chord({ ...none, key: ' ' })).toBe('Space');
  expect(chord({ ...none, key: '/', shiftKey: true })).toBe('/');
  expect(chord({ ...none, key: 'c', metaKey: true })).toBe('Ctrl+C');
});
