import { describe, expect, test } from 'vitest';
import { chartData } from '../../portal/src/charts/chart-data.js';
import { type ChartChoice, choiceOf, guessChoice } from '../../portal/src/charts/choice.js';
import { chartKinds, kindNamed } from '../../portal/src/charts/kinds.js';
import { pivot } from '../../portal/src/charts/pivot.js';
import { type ChartTable, pointsOfSeries } from '../../portal/src/charts/series-rows.js';
import type { KustoType } from '../../portal/src/results/model.js';
import {
  countProcesses,
  type ProcessNode,
  processTree,
} from '../../portal/src/timeline/process-tree.js';
import { density, timelineData } from '../../portal/src/timeline/timeline-data.js';

function table(
  columns: Readonly<Record<string, KustoType>>,
  rows: readonly (readonly unknown[])[] = [],
): ChartTable {
  return { columns: Object.entries(columns).map(([name, type]) => ({ name, type })), rows };
}

const hourly = table({ Action: 'string', At: 'datetime', Events: 'long', Bytes: 'real' }, [
  ['b', '2026-01-01T01:00:00.0000000Z', 5, 1.5],
  ['a', '2026-01-01T00:00:00.0000000Z', 3, 2.5],
  ['a', '2026-01-01T01:00:00.0000000Z', 4, null],
]);

/** The kind, its properties, the columns, and which of them go where. */
const choices: readonly (readonly [
  string,
  Readonly<Record<string, unknown>>,
  Readonly<Record<string, KustoType>>,
  Partial<ChartChoice>,
])[] = [
  ['timechart', {}, { Action: 'string', At: 'datetime', N: 'long' }, { x: 1, y: [2], series: [0] }],
  ['timechart', {}, { At: 'datetime', A: 'long', B: 'real' }, { x: 0, y: [1, 2], series: [] }],
  ['linechart', {}, { X: 'long', Y: 'long', S: 'string' }, { x: 0, y: [1], series: [2] }],
  ['columnchart', {}, { Name: 'string', N: 'long' }, { x: 0, y: [1], series: [] }],
  ['barchart', {}, { Port: 'long', N: 'long' }, { x: 0, y: [1], series: [] }],
  ['piechart', {}, { Name: 'string', Of: 'string', N: 'long' }, { x: 0, y: [2], series: [] }],
  ['columnchart', { kind: 'stacked' }, { N: 'string', C: 'long' }, { stacking: 'stacked' }],
  ['columnchart', { kind: 'unstacked' }, { N: 'string', C: 'long' }, { stacking: 'none' }],
  ['barchart', { kind: 'stacked100' }, { N: 'string', C: 'long' }, { stacking: 'stacked100' }],
  ['stackedareachart', {}, { At: 'datetime', C: 'long' }, { stacking: 'stacked' }],
  [
    'columnchart',
    { xcolumn: 'B', ycolumns: 'C, D', series: 'A' },
    { A: 'string', B: 'string', C: 'long', D: 'long', E: 'long' },
    { x: 1, y: [2, 3], series: [0] },
  ],
  [
    'linechart',
    { title: 'T', xtitle: 'X', ytitle: 'Y', legend: 'hidden', ymin: 0, ymax: '9', yaxis: 'log' },
    { A: 'long', B: 'long' },
    {
      title: 'T',
      xTitle: 'X',
      yTitle: 'Y',
      legend: false,
      yMin: 0,
      yMax: 9,
      yLog: true,
      xLog: false,
    },
  ],
  ['linechart', { accumulate: true }, { A: 'long', B: 'long' }, { accumulate: true }],
  [
    'anomalychart',
    { anomalycolumns: ['C'] },
    { A: 'datetime', B: 'long', C: 'int' },
    { anomalies: [2], y: [1] },
  ],
  ['columnchart', { xcolumn: 'Nowhere' }, { A: 'string', B: 'long' }, { x: 0, y: [1] }],
  ['hologram', {}, { A: 'string', B: 'long' }, { kind: 'table' }],
  ['timeline', {}, { A: 'datetime' }, { kind: 'timepivot' }],
];

describe('columns that render would draw elsewhere', () => {
  for (const [kind, properties, columns, expected] of choices) {
    test(`${kind} ${JSON.stringify(properties)} of ${Object.keys(columns).join(', ')}`, () => {
      expect(choiceOf({ kind, properties }, table(columns))).toMatchObject(expected);
    });
  }

  test('every kind that hunts use is known', () => {
    const used =
      'table timechart linechart columnchart barchart piechart areachart stackedareachart ' +
      'scatterchart card pivotchart timepivot timeline anomalychart treemap';
    for (const kind of used.split(' ')) {
      expect([kind, kind === 'table' || kindNamed(kind) !== 'table']).toEqual([kind, true]);
    }
    expect(Object.keys(chartKinds)).toHaveLength(14);
  });
});

describe('a chart that is guessed wrong', () => {
  test('a summary over time, one by name, and events that are counted', () => {
    expect(guessChoice(hourly)).toMatchObject({ kind: 'timechart', x: 1 });
    expect(guessChoice(table({ Name: 'string', N: 'long' }))).toMatchObject({
      kind: 'columnchart',
      x: 0,
      y: [1],
    });
    const events = table({
      ...{ Timestamp: 'datetime', DeviceName: 'string', ActionType: 'string', ProcessId: 'long' },
      ...{ A: 'string', B: 'string', C: 'string' },
    });
    expect(guessChoice(events)).toMatchObject({ kind: 'columnchart', x: 0, y: [], series: [2] });
  });
});

function drawn(kind: string, from: ChartTable, properties: Record<string, unknown> = {}) {
  const data = chartData(from, choiceOf({ kind, properties }, from), 'utc');
  return {
    ...data,
    series: data.series.map(({ name, points }) => [name, ...points.map(({ y }) => y)]),
  };
}

describe('points that are not the rows’', () => {
  test('a time chart has a series for each value and measure, in the order of time', () => {
    const { axis, series } = drawn('timechart', hourly);
    expect(axis).toBe('time');
    expect(series).toEqual([
      ['Events: b', 5],
      ['Bytes: b', 1.5],
      ['Events: a', 3, 4],
      ['Bytes: a', 2.5, null],
    ]);
  });

  test('categories keep the order of the rows, and the same ones add up', () => {
    const from = table({ Name: 'string', N: 'long' }, [
      ['z', 1],
      ['a', 2],
      ['z', '3'],
      ['', 4],
    ]);
    const { categories, series } = drawn('columnchart', from);
    expect(categories).toEqual(['z', 'a', '(empty)']);
    expect(series).toEqual([['N', 4, 2, 4]]);
  });

  test('areas that stand on each other are compared at the same places', () => {
    const from = table({ At: 'datetime', Name: 'string', N: 'long' }, [
      ['2026-01-01T00:00:00.0000000Z', 'a', 1],
      ['2026-01-01T01:00:00.0000000Z', 'a', 2],
      ['2026-01-01T02:00:00.0000000Z', 'a', 3],
      ['2026-01-01T02:00:00.0000000Z', 'b', 5],
    ]);
    expect(drawn('stackedareachart', from).series).toEqual([
      ['a', 1, 2, 3],
      ['b', null, null, 5],
    ]);
    expect(drawn('areachart', from).series).toEqual([
      ['a', 1, 2, 3],
      ['b', 5],
    ]);
  });

  test('accumulated values rise along the axis', () => {
    const from = table({ X: 'long', Y: 'long' }, [
      [3, 1],
      [1, 10],
      [2, 5],
    ]);
    expect(drawn('linechart', from, { accumulate: 'true' }).series).toEqual([['Y', 10, 15, 16]]);
  });

  test('rows without a place across are not drawn at zero', () => {
    const from = table({ X: 'real', Y: 'long' }, [
      [null, 1],
      ['NaN', 2],
      [1.5, 3],
    ]);
    const { series, leftOut } = drawn('scatterchart', from);
    expect(series).toEqual([['Y', 3]]);
    expect(leftOut.points).toBe(2);
  });

  test('times and values that are none are said to be left out, and names stand in one line', () => {
    const from = table({ At: 'datetime', Name: 'string', N: 'real' }, [
      ['2026-01-01T00:00:00.0000000Z', 'a\nb', 1],
      [null, 'a\nb', 2],
      ['2026-01-01T01:00:00.0000000Z', 'a\nb', 'Infinity'],
      ['2026-01-01T02:00:00.0000000Z', 'a\nb', null],
    ]);
    const { series, leftOut } = drawn('timechart', from);
    expect(series).toEqual([['a↵b', 1, null]]);
    expect(leftOut.points).toBe(2);
  });

  test('what is left out is said', () => {
    const many = Array.from({ length: 100 }, (_, at) => [`s${at}`, at, 1000 - at]);
    const { series, leftOut } = drawn(
      'linechart',
      table({ S: 'string', X: 'long', Y: 'long' }, many),
      { xcolumn: 'X', ycolumns: 'Y', series: 'S' },
    );
    expect([series.length, leftOut.series]).toEqual([40, 60]);
    expect(series[0]).toEqual(['s0', 1000]);
  });

  test.each(['piechart', 'treemap'])('a %s has no share below nothing, and says so', (kind) => {
    const rows = [
      ['a', 3],
      ['b', -2],
    ];
    const { series, leftOut } = drawn(kind, table({ Name: 'string', N: 'long' }, rows));
    expect(series.flat().filter((value) => typeof value === 'number')).toEqual([3]);
    expect(leftOut).toEqual({ series: 0, points: 1 });
  });

  test('counted events stand in round steps of time', () => {
    const from = table({ Timestamp: 'datetime' }, [
      ['2026-01-01T00:00:01.0000000Z'],
      ['2026-01-01T00:00:59.0000000Z'],
      ['2026-01-01T02:00:00.0000000Z'],
    ]);
    const choice = { ...choiceOf({ kind: 'columnchart', properties: {} }, from), y: [] };
    const { series } = chartData(from, choice, 'utc');
    expect(series[0]?.points.map(({ y, from: place }) => [y, place])).toEqual([
      [2, ['2026-01-01T00:00:00.0000000Z', '2026-01-01T00:04:59.9999999Z']],
      [1, ['2026-01-01T02:00:00.0000000Z', '2026-01-01T02:04:59.9999999Z']],
    ]);
  });

  test('lists of make-series become points, anomalies their own', () => {
    const series = table({ At: 'dynamic', N: 'dynamic', Flag: 'dynamic', Name: 'string' }, [
      [['2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'], '[1, 9]', [0, 1], 'a'],
    ]);
    const points = pointsOfSeries(series);
    expect(points.columns.map(({ type }) => type)).toEqual(['datetime', 'real', 'real', 'string']);
    expect(points.rows).toHaveLength(2);
    const choice = choiceOf(
      { kind: 'anomalychart', properties: { anomalycolumns: 'Flag' } },
      points,
    );
    const data = chartData(points, choice, 'utc');
    expect(data.series[0]?.anomalies?.map(({ y }) => y)).toEqual([9]);
    expect(pointsOfSeries(hourly)).toEqual(hourly);
  });
});

test('a pivot adds up what meets', () => {
  const from = table({ A: 'string', B: 'string', N: 'long' }, [
    ['x', 'p', 1],
    ['x', 'p', 2],
    ['x', 'q', 10],
    ['y', 'q', 5],
    ['y', 'q', null],
  ]);
  expect(pivot(from, 0, 1, 2, 'sum')).toEqual({
    rows: ['x', 'y'],
    columns: ['p', 'q'],
    cells: [
      [3, 10],
      [undefined, 5],
    ],
    leftOut: 0,
  });
  expect(pivot(from, 0, undefined, undefined, 'count').cells).toEqual([[3], [2]]);
});

test('a timeline has the events of one device in lanes', () => {
  const from = table({ Timestamp: 'datetime', DeviceName: 'string', ActionType: 'string' }, [
    ['2026-01-01T00:00:10Z', 'a', 'Logon'],
    ['2026-01-01T00:00:00Z', 'a', 'Start'],
    ['2026-01-01T00:00:05Z', 'b', 'Start'],
    ['2026-01-01T00:00:08Z', 'a', 'Start'],
  ]);
  const data = timelineData(from, 2, 'a');
  expect(data?.lanes).toEqual(['Start', 'Logon']);
  expect(data?.events.map(({ row }) => row)).toEqual([1, 3, 0]);
  if (data !== undefined) {
    expect(density(data, data.from, data.to, 2)).toEqual([
      [1, 1],
      [0, 1],
    ]);
  }
  expect(timelineData(table({ A: 'string' }), 0, undefined)).toBeUndefined();
});

describe('a process that hangs elsewhere in the tree', () => {
  const names: Readonly<Record<string, KustoType>> = {
    ...{ Timestamp: 'datetime', DeviceId: 'string', FileName: 'string', ProcessId: 'long' },
    ...{ InitiatingProcessId: 'long', InitiatingProcessFileName: 'string' },
  };
  const tree = (rows: readonly (readonly unknown[])[]) =>
    processTree(
      table(
        names,
        rows.map((row) => ['2026-01-01T00:00:00Z', ...row]),
      ),
    );
  const outline = (nodes: readonly ProcessNode[]): unknown[] =>
    nodes.map(({ name, children }) => [name, ...outline(children)]);

  test('children come under their parent, which need not be a row', () => {
    const nodes = tree([
      ['d', 'cmd.exe', 2, 1, 'explorer.exe'],
      ['d', 'whoami.exe', 3, 2, 'cmd.exe'],
      ['e', 'cmd.exe', 2, 1, 'winword.exe'],
    ]);
    expect(outline(nodes)).toEqual([
      ['explorer.exe', ['cmd.exe', ['whoami.exe']]],
      ['winword.exe', ['cmd.exe']],
    ]);
    expect(countProcesses(nodes)).toBe(5);
  });

  test('ids that were used again make no ring, and none is lost', () => {
    const nodes = tree([
      ['d', 'a.exe', 1, 2, 'b.exe'],
      ['d', 'b.exe', 2, 1, 'a.exe'],
      ['d', 'self.exe', 7, 7, 'self.exe'],
    ]);
    expect(countProcesses(nodes)).toBe(3);
  });
});
