import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

const shape = (type: string, coordinates: unknown) =>
  `dynamic(${JSON.stringify({ type, coordinates })})`;
const line = (...places: number[][]) => shape('LineString', places);
const polygon = (...places: number[][]) => shape('Polygon', [[...places, places[0]]]);
const square = polygon([0, 0], [2, 0], [2, 2], [0, 2]);

describe('unions, intersections and buffers of shapes', () => {
  test.each<[what: string, kql: string, value: unknown]>([
    [
      'overlapping polygons have one outline',
      `array_length(geo_union_polygons_array(pack_array(${square}, ${polygon([1, 1], [3, 1], [3, 3], [1, 3])})).coordinates[0])`,
      9,
    ],
    [
      'polygons apart stay two',
      `tostring(geo_union_polygons_array(pack_array(${square}, ${polygon([5, 5], [6, 5], [6, 6])})).type)`,
      'MultiPolygon',
    ],
    [
      'one wrong polygon makes the union null',
      `isnull(geo_union_polygons_array(pack_array(${square}, ${polygon([5, 5])})))`,
      1,
    ],
    [
      'the area in common',
      `round(geo_polygon_area(geo_intersection_2polygons(${square}, ${polygon([1, 1], [3, 1], [3, 3], [1, 3])})) / geo_polygon_area(${polygon([1, 1], [2, 1], [2, 2], [1, 2])}), 3)`,
      1,
    ],
    [
      'a line within its buffer, and what is farther out of it',
      `strcat(geo_point_in_polygon(0.5, 0.01, geo_line_buffer(${line([0, 0], [1, 0], [1, 1])}, 2000)), geo_point_in_polygon(0.5, 0.03, geo_line_buffer(${line([0, 0], [1, 0], [1, 1])}, 2000)))`,
      'truefalse',
    ],
    [
      'the notch of a polygon that is narrower than the buffer',
      `geo_point_in_polygon(0.5, 0.95, geo_polygon_buffer(${polygon([0, 0], [1, 0], [1, 1], [0.51, 1], [0.5, 0.5], [0.49, 1], [0, 1])}, 5000))`,
      1,
    ],
    [
      'cells within a radius of a polygon are those of its buffer',
      `strcat(array_length(geo_polygon_to_h3cells(${square}, 4, 50000)), ' ', array_length(geo_polygon_to_h3cells(geo_polygon_buffer(${square}, 50000), 4)), ' ', array_length(geo_polygon_to_h3cells(${square}, 4, 0)), ' ', isnull(geo_polygon_to_h3cells(${square}, 4, -1)))`,
      '77 77 36 true',
    ],
    [
      'a hole becomes smaller by the radius',
      `array_length(geo_polygon_buffer(${shape('Polygon', [
        [
          [0, 0],
          [3, 0],
          [3, 3],
          [0, 3],
          [0, 0],
        ],
        [
          [1, 1],
          [1, 2],
          [2, 2],
          [2, 1],
          [1, 1],
        ],
      ])}, 1000).coordinates)`,
      2,
    ],
    [
      'corners of a circle lie on it',
      `round(geo_distance_2points(10, 50, toreal(geo_point_buffer(10, 50, 3000).coordinates[0][7][0]), toreal(geo_point_buffer(10, 50, 3000).coordinates[0][7][1])), 3)`,
      3000,
    ],
    ['no radius', `isnull(geo_line_buffer(${line([0, 0], [1, 1])}, 0))`, 1],
    ['no line', `isnull(geo_line_buffer(${line([0, 0])}, 10))`, 1],
  ])('%s', async (_, expression, value) => {
    expect(await kql.values(`print ${expression}`)).toEqual([[value]]);
  });
});

describe('cells that cover a shape', () => {
  test.each<[what: string, kql: string, value: unknown]>([
    [
      'every place of the polygon is in one of them',
      `T | extend cells = geo_polygon_to_s2cells(${square}, 9) | summarize countif(geo_point_in_polygon(x, y, ${square}) and not(set_has_element(cells, geo_point_to_s2cell(x, y, 9))))`,
      0,
    ],
    [
      'every place near the line is in one of them',
      `T | extend cells = geo_line_to_s2cells(${line([0, 0], [2, 2])}, 8, 20000) | summarize countif(geo_distance_point_to_line(x, y, ${line([0, 0], [2, 2])}) <= 20000 and not(set_has_element(cells, geo_point_to_s2cell(x, y, 8))))`,
      0,
    ],
    [
      'cells far away are none of them',
      `T | take 1 | project set_has_element(geo_line_to_s2cells(${line([0, 0], [2, 2])}, 8), geo_point_to_s2cell(3, 0, 8))`,
      0,
    ],
    ['too many', `T | take 1 | project isnull(geo_polygon_to_s2cells(${square}, 20))`, 1],
    ['no level', `T | take 1 | project isnull(geo_polygon_to_s2cells(${square}, 31))`, 1],
  ])(
    '%s',
    async (_, query, value) => {
      const table =
        'let T = range i from 0 to 199 step 1 | extend x = (i % 14) * 0.21 - 0.4, y = (i / 14) * 0.19 - 0.4;';
      expect(await kql.values(`${table} ${query}`)).toEqual([[value]]);
    },
    60_000,
  );
});

describe('shapes of fewer corners', () => {
  test.each<[what: string, kql: string, value: unknown]>([
    [
      'a line that hardly bends',
      `tostring(geo_line_simplify(${line([0, 0], [0.5, 0.00001], [1, 0])}).coordinates)`,
      '[[0,0],[1,0]]',
    ],
    [
      'a bend beyond the tolerance stays',
      `array_length(geo_line_simplify(${line([0, 0], [0.5, 0.001], [1, 0])}).coordinates)`,
      3,
    ],
    ['a line too small', `isnull(geo_line_simplify(${line([0, 0], [0.1, 0])}, 50000))`, 1],
    [
      'a polygon',
      `array_length(geo_polygon_simplify(${polygon([0, 0], [1, 0.00001], [2, 0], [2, 2], [0, 2])}).coordinates[0])`,
      5,
    ],
    [
      'edges of several lines, each once, as one line',
      `tostring(geo_union_lines_array(pack_array(${line([0, 0], [1, 0], [2, 0])}, ${line([2, 0], [1, 0])}, ${line([2, 0], [3, 1])})).coordinates)`,
      '[[0,0],[1,0],[2,0],[3,1]]',
    ],
    [
      'lines end where three meet',
      `array_length(geo_union_lines_array(pack_array(${line([0, 0], [1, 0], [2, 0])}, ${line([1, 0], [1, 1])})).coordinates)`,
      3,
    ],
  ])('%s', async (_, expression, value) => {
    expect(await kql.values(`print ${expression}`)).toEqual([[value]]);
  });
});

test.each([
  `geo_line_length(${shape('LineString', [
    [0, 'x'],
    [1, 0],
  ])})`,
  `geo_line_length(${shape('LineString', [
    [0, null],
    [1, 0],
  ])})`,
  `geo_point_in_polygon(1, 1, ${shape('Polygon', [
    [
      [0, 0],
      [1, 0],
      [1, true],
      [0, 0],
    ],
  ])})`,
])('what is no number is no coordinate: %s', async (expression) => {
  expect(await kql.values(`print isnull(${expression})`)).toEqual([[1]]);
});
