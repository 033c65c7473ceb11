import { convert } from '../../../convert.js';
import type { Emitted, ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { type Sql, sql } from '../../../sql.js';
import { aroundPolygon } from './buffers.js';
import {
  all,
  arePolygons,
  isPosition,
  orNothing,
  pointJson,
  polygonJson,
  polygonsOf,
  real,
} from './geometry.js';

/** Something valid stands in for what is no cell: the engine evaluates both sides of a condition. */
const anyCell = sql`'8001fffffffffff'`;

/** The body with the cell as `_hc`, where the text is one. */
function withCell(token: Operand, body: Sql): Sql {
  const looksLikeOne = sql`match(${token}, '^[0-9a-fA-F]{15,16}$')`;
  const cell = sql`stringToH3(if(${looksLikeOne}, ${token}, ${anyCell}))`;
  return letIn(
    { _hv: sql`(${looksLikeOne} AND h3IsValid(${cell}))`, _hc: cell },
    letIn({ _hc: sql`if(_hv, _hc, stringToH3(${anyCell}))` }, body),
  );
}

const token = (cell: Sql) => sql`h3ToString(${cell})`;
const list = (cells: Sql) =>
  sql`concat('[', arrayStringConcat(arrayMap(_hx -> concat('"', ${token(sql`_hx`)}, '"'), ${cells}), ','), ']')`;

// ClickHouse takes the latitude first.
function toCell(lng: Operand, lat: Operand, resolution?: Operand): Sql {
  const [x, y] = [real(lng), real(lat)];
  const level = resolution ? convert(resolution, 'long') : sql`6`;
  const valid = all(isPosition(x, y), sql`${level} BETWEEN 0 AND 15`);
  const known = (value: Sql) => sql`ifNull(${value}, 0)`;
  const cell = sql`geoToH3(${known(sql`if(${valid}, ${y}, 0)`)}, ${known(sql`if(${valid}, ${x}, 0)`)}, toUInt8(${known(sql`if(${valid}, ${level}, 0)`)}))`;
  return sql`ifNull(if(${valid}, ${token(cell)}, ''), '')`;
}

/** The resolution asked for, or the one next to the cell's own. */
function levelOf(resolution: Operand | undefined, step: '+' | '-'): Sql {
  if (resolution) return sql`ifNull(${convert(resolution, 'long')}, -1)`;
  return sql`(toInt64(h3GetResolution(_hc)) ${{ text: step }} 1)`;
}

function parent(cell: Operand, resolution?: Operand): Sql {
  const level = levelOf(resolution, '-');
  const valid = sql`(${level} BETWEEN 0 AND h3GetResolution(_hc))`;
  const text = token(sql`h3ToParent(_hc, toUInt8(if(${valid}, ${level}, 0)))`);
  return withCell(cell, sql`if(_hv AND ${valid}, ${text}, '')`);
}

/** Children of at most five resolutions below. */
function children(cell: Operand, resolution?: Operand): Sql {
  const level = levelOf(resolution, '+');
  const own = sql`toInt64(h3GetResolution(_hc))`;
  const valid = sql`(${level} BETWEEN ${own} AND least(15, ${own} + 5))`;
  const cells = sql`h3ToChildren(_hc, toUInt8(if(_hv AND ${valid}, ${level}, ${own})))`;
  return withCell(cell, sql`if(_hv AND ${valid}, ${list(cells)}, '')`);
}

/** Rings around a cell: what a wider disk has more than the one before. */
function rings(cell: Operand, distance: Operand): Sql {
  const far = convert(distance, 'long');
  const valid = sql`ifNull(${far} BETWEEN 0 AND 142, false)`;
  const disk = (radius: Sql) => sql`h3kRing(_hc, toUInt8(${radius}))`;
  const ring = letIn(
    { _hd: disk(sql`_hk`), _he: disk(sql`greatest(_hk, 1) - 1`) },
    list(sql`if(_hk = 0, [_hc], arrayFilter(_hy -> NOT has(_he, _hy), _hd))`),
  );
  const all = sql`arrayMap(_hk -> ${ring}, range(toUInt32(if(${valid}, assumeNotNull(${far}), 0)) + 1))`;
  return withCell(
    cell,
    sql`if(_hv AND ${valid}, concat('[', arrayStringConcat(${all}, ','), ']'), '')`,
  );
}

/** Cells whose centre lies in the polygon, whose edges are straight on the map here. */
function ofPolygon(polygon: Operand, resolution?: Operand): Sql {
  const level = resolution ? convert(resolution, 'long') : sql`6`;
  const isLevel = sql`ifNull(${level} BETWEEN 0 AND 15, false)`;
  const cells = sql`arrayDistinct(arrayFlatten(arrayMap(_hp -> h3PolygonToCells(_hp, toUInt8(if(${isLevel}, assumeNotNull(${level}), 0))), _hs)))`;
  const valid = all(isLevel, arePolygons(sql`_hs`));
  const body = letIn(
    { _ht: sql`if(${valid}, ${cells}, [])` },
    sql`if(${valid} AND length(_ht) <= 61680, ${list(sql`_ht`)}, '')`,
  );
  return letIn({ _hs: polygonsOf(polygon) }, body);
}

/** The polygon with all that lies within the radius of it. */
function enlarged(polygon: Operand, radius: Operand): Operand {
  const meters = convert(radius, 'real');
  const known = radius.constant?.value;
  if (known !== undefined && Number(known) === 0 && known !== null) return polygon;
  const buffer = aroundPolygon(polygon, meters);
  const isPositive = typeof known === 'number' && known > 0;
  return {
    ...(isPositive ? buffer : sql`if(ifNull(${meters} = 0, false), ${polygon}, ${buffer})`),
    type: 'dynamic',
    nullable: false,
    expression: polygon.expression,
  };
}

/** The engine's positions have the latitude first. */
const swapped = (position: Sql) => sql`tuple(${position}.2, ${position}.1)`;

const shown =
  (body: Sql) =>
  (cell: Operand): Sql =>
    withCell(cell, orNothing(sql`_hv`, body));

export const h3Functions = {
  geo_point_to_h3cell: {
    doc: 'geo-point-to-h3cell-function',
    emit: toCell,
    examples: [
      ['geo_point_to_h3cell(-74.016008, 40.704167, 6)', '862a1072fffffff'],
      ['geo_point_to_h3cell(300, 1, 8)', ''],
    ],
  },
  geo_h3cell_to_central_point: {
    doc: 'geo-h3cell-to-central-point-function',
    emit: shown(pointJson(swapped(sql`h3ToGeo(_hc)`))),
  },
  geo_h3cell_to_polygon: {
    doc: 'geo-h3cell-to-polygon-function',
    emit: shown(
      letIn(
        { _hb: sql`arrayMap(_hx -> ${swapped(sql`_hx`)}, h3ToGeoBoundary(_hc))` },
        polygonJson(sql`arrayPushBack(_hb, _hb[1])`),
      ),
    ),
  },
  geo_h3cell_neighbors: {
    doc: 'geo-h3cell-neighbors-function',
    emit: shown(list(sql`arrayFilter(_hy -> _hy != _hc, h3kRing(_hc, toUInt8(1)))`)),
    examples: [['array_length(geo_h3cell_neighbors("862a1072fffffff"))', '6']],
  },
  geo_h3cell_level: {
    doc: 'geo-h3cell-level-function',
    emit: (cell: Operand): Emitted => ({
      ...withCell(cell, sql`if(_hv, toInt32(h3GetResolution(_hc)), NULL)`),
      nullable: true,
    }),
    examples: [['geo_h3cell_level("862a1072fffffff")', '6']],
  },
  geo_h3cell_parent: {
    doc: 'geo-h3cell-parent-function',
    emit: parent,
    examples: [
      ['geo_h3cell_parent("862a1072fffffff")', '852a1073fffffff'],
      ['geo_h3cell_parent("862a1072fffffff", 15)', ''],
    ],
  },
  geo_h3cell_children: {
    doc: 'geo-h3cell-children-function',
    emit: children,
    examples: [['geo_h3cell_children("862a1072fffffff")[0]', '872a10728ffffff']],
  },
  geo_h3cell_rings: {
    doc: 'geo-h3cell-rings-function',
    emit: rings,
    examples: [['geo_h3cell_rings("861f8894fffffff", 1)[1][0]', '861f88947ffffff']],
  },
  geo_polygon_to_h3cells: {
    doc: 'geo-polygon-to-h3cells-function',
    emit: (polygon: Operand, resolution?: Operand, radius?: Operand) =>
      ofPolygon(radius ? enlarged(polygon, radius) : polygon, resolution),
    examples: [
      [
        'array_length(geo_polygon_to_h3cells(dynamic({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}), 5, 20000))',
        '76',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
