import type { ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { literal, type Sql, sql } from '../../../sql.js';
import { polygonsJson, unitedLoops } from './areas.js';
import { normal, normalized } from './edges.js';
import {
  all,
  angle,
  areLines,
  arePolygons,
  cross,
  direction,
  directions,
  dot,
  earthRadius,
  isPosition,
  linesOf,
  orNothing,
  polygonsOf,
  real,
  scaled,
} from './geometry.js';
import { loopsOf, loopsType } from './loops.js';

/**
 * Everything within a distance of a shape, with the corners that S2's buffers have: around a corner one
 * at every step of the angle, beginning where the edge before it ends. Names begin with `_b`; `_br` is
 * the radius, `_bs` the step around corners and `_bt` the step along edges, all in radians.
 */

const loop = { text: 'Array(Tuple(Float64, Float64, Float64))' };
const minus = (vector: Sql) => scaled(vector, sql`-1`);

/** The widest step on a circle that stays within the tolerance `_be`. */
function widest(radius: Sql): Sql {
  return letIn(
    { _bw: radius, _bv: sql`(${radius} - _be)` },
    sql`least(2 * pi() / 3, if(_bw < pi() / 2, 2 * acos(tan(_bv) / tan(_bw)), 4.))`,
  );
}

/** How often a step fits into a span; once at least. */
const steps = (span: Sql, step: Sql) => sql`range(toUInt32(greatest(1, ceil(${span} / ${step}))))`;

const onRay = (origin: Sql, ray: Sql, distance: Sql) =>
  sql`tuple(${origin}.1 * cos(${distance}) + ${ray}.1 * sin(${distance}), ${origin}.2 * cos(${distance}) + ${ray}.2 * sin(${distance}), ${origin}.3 * cos(${distance}) + ${ray}.3 * sin(${distance}))`;

/** Corners around a place, counterclockwise from one direction to before another. */
function arc(place: Sql, from: Sql, to: Sql): Sql {
  const corner = letIn(
    { _bd: onRay(sql`_bf`, sql`_bo`, sql`(_bk * _bs)`) },
    onRay(sql`_bp`, sql`_bd`, sql`_br`),
  );
  return letIn(
    { _bp: place, _bf: from, _bg: to },
    letIn(
      { _bo: normalized(cross(sql`_bp`, sql`_bf`)) },
      sql`arrayMap(_bk -> ${corner}, ${steps(angle(sql`_bf`, sql`_bg`), sql`_bs`)})`,
    ),
  );
}

/** Corners along an edge on its right, from its start to before its end. */
function along(from: Sql, to: Sql, axis: Sql): Sql {
  const corner = letIn(
    { _bd: onRay(sql`_bp`, sql`_bo`, sql`(_bk * _bt)`) },
    onRay(sql`_bd`, sql`_bf`, sql`_br`),
  );
  return letIn(
    { _bp: from, _bf: axis },
    letIn(
      { _bo: normalized(cross(sql`_bp`, sql`_bf`)) },
      sql`arrayMap(_bk -> ${corner}, ${steps(angle(sql`_bp`, to), sql`_bt`)})`,
    ),
  );
}

/** What an edge has on its right. */
const axisOf = (from: Sql, to: Sql) => normalized(minus(normal(from, to)));
const offset = (place: Sql, axis: Sql) => onRay(place, axis, sql`_br`);

const concat = (...parts: Sql[]) =>
  sql`arrayConcat(${parts.reduce((list, part) => sql`${list}, ${part}`)})`;

/** One level of arrays away: arrayFlatten() would take them all. */
const flat = (lists: Sql) => sql`arrayReduce('groupArrayArray', ${lists})`;

// ---- pieces of a buffer: loops whose union it is -----------------------------------------------------

/** Both sides of a single edge, and round ends. */
const capsule = letIn(
  { _bx: sql`_bl[1]`, _by: sql`_bl[2]` },
  letIn(
    { _ba: axisOf(sql`_bx`, sql`_by`) },
    letIn(
      { _bb: minus(sql`_ba`) },
      concat(
        arc(sql`_bx`, sql`_bb`, sql`_ba`),
        along(sql`_bx`, sql`_by`, sql`_ba`),
        arc(sql`_by`, sql`_ba`, sql`_bb`),
        along(sql`_by`, sql`_bx`, sql`_bb`),
      ),
    ),
  ),
);

/** The strip on the right of the edge from `_bx` to `_by`. */
const strip = letIn(
  { _ba: axisOf(sql`_bx`, sql`_by`) },
  concat(
    sql`[_bx]`,
    along(sql`_bx`, sql`_by`, sql`_ba`),
    sql`[${offset(sql`_by`, sql`_ba`)}, _by]`,
  ),
);

/** The sector at `_by` between two edges that turn left, and at the end of a line. */
const sector = letIn(
  { _ba: axisOf(sql`_bx`, sql`_by`), _bb: axisOf(sql`_by`, sql`_bz`) },
  concat(sql`[_by]`, arc(sql`_by`, sql`_ba`, sql`_bb`), sql`[${offset(sql`_by`, sql`_bb`)}]`),
);

const turnsLeft = sql`(${dot(sql`_bz`, normal(sql`_bx`, sql`_by`))} >= 0)`;

/** Strips and sectors along a way whose last place is followed by `_bq[1]`, `_bq[2]`. */
const alongWay = (way: Sql) =>
  letIn(
    { _bq: way },
    sql`arrayFilter(_bi -> length(_bi) > 2, ${flat(sql`arrayMap((_bx, _by, _bz) -> [CAST(${strip} AS ${loop}), if(${turnsLeft}, CAST(${sector} AS ${loop}), CAST([] AS ${loop}))], arrayPopBack(arrayPopBack(_bq)), arrayPopBack(arrayPopFront(_bq)), arrayPopFront(arrayPopFront(_bq)))`)})`,
  );

/** A line goes forth and back, so that both sides are on the right, and turns around at its ends. */
const linePieces = sql`if(length(_bl) = 2, [CAST(${capsule} AS ${loop})], ${alongWay(
  sql`arrayConcat(_bl, arraySlice(arrayReverse(_bl), 2), [_bl[2]])`,
)})`;

/** The outline of a ring that turns left everywhere. */
const convex = (way: Sql) =>
  letIn(
    { _bq: way },
    sql`arrayFlatten(arrayMap((_bx, _by, _bz) -> ${letIn(
      { _ba: axisOf(sql`_bx`, sql`_by`), _bb: axisOf(sql`_by`, sql`_bz`) },
      concat(along(sql`_bx`, sql`_by`, sql`_ba`), arc(sql`_by`, sql`_ba`, sql`_bb`)),
    )}, arrayPopBack(arrayPopBack(_bq)), arrayPopBack(arrayPopFront(_bq)), arrayPopFront(arrayPopFront(_bq))))`,
  );

const around = sql`arrayConcat(_bl, [_bl[1], _bl[2]])`;
const isConvex = letIn(
  { _bq: around },
  sql`arrayAll((_bx, _by, _bz) -> ${turnsLeft}, arrayPopBack(arrayPopBack(_bq)), arrayPopBack(arrayPopFront(_bq)), arrayPopFront(arrayPopFront(_bq)))`,
);

/** A polygon's loops `_bh` and what is around them. */
const polygonPieces = letIn(
  { _bl: sql`_bh[1]` },
  sql`if(length(_bh) = 1 AND ${isConvex}, [[CAST(${convex(around)} AS ${loop})]], arrayConcat([_bh], arrayMap(_bi -> [_bi], ${flat(sql`arrayMap(_bl -> ${alongWay(around)}, _bh)`)})))`,
);

// ---- the functions ------------------------------------------------------------------------------------

const piecesType = { text: `Array(${loopsType.text})` };

/** The body with the sizes in radians, where they are valid (`_bc`). */
function withSizes(radius: Operand, tolerance: Operand | undefined, valid: Sql, body: Sql): Sql {
  const [r, e] = [real(radius), tolerance ? real(tolerance) : sql`10.`];
  const tooWide = literal('A buffer of more than 5,000 km is not supported');
  const isValid = all(valid, sql`ifNull(${r} > 0 AND ${e} >= 0, false)`);
  return letIn(
    { _bc: isValid },
    letIn(
      {
        _br: sql`(if(throwIf(_bc AND ifNull(${r}, 0.) > 5e6, ${tooWide}) = 0 AND _bc, ifNull(${r}, 1.), 1.) / ${earthRadius})`,
        _be: sql`if(_bc, greatest(least(ifNull(${e}, 1.), ifNull(${r}, 1.)), ifNull(${r}, 1.) * 1e-6), 0.5)`,
      },
      letIn(
        { _be: sql`least(_be / ${earthRadius}, _br * (1 - 1e-9))` },
        letIn(
          { _bs: widest(sql`_br`), _bt: widest(sql`(pi() / 2 - _br)`) },
          orNothing(sql`_bc`, body),
        ),
      ),
    ),
  );
}

const united = (pieces: Sql) =>
  letIn(
    { _bu: unitedLoops(sql`CAST(if(_bc, ${pieces}, []) AS ${piecesType})`) },
    polygonsJson(sql`_bu`),
  );

const aroundLine = (line: Operand, radius: Operand, tolerance?: Operand) =>
  letIn(
    { _bj: linesOf(line) },
    withSizes(
      radius,
      tolerance,
      areLines(sql`_bj`),
      united(
        sql`arrayMap(_bi -> [_bi], ${flat(sql`arrayMap(_bm -> ${letIn({ _bl: directions(sql`_bm`) }, linePieces)}, _bj)`)})`,
      ),
    ),
  );

export const aroundPolygon = (polygon: Operand, radius: Operand, tolerance?: Operand) =>
  letIn(
    { _bj: polygonsOf(polygon) },
    withSizes(
      radius,
      tolerance,
      arePolygons(sql`_bj`),
      united(flat(sql`arrayMap(_bm -> ${letIn({ _bh: loopsOf(sql`_bm`) }, polygonPieces)}, _bj)`)),
    ),
  );

/** Any direction at right angles: S2's own choice, as the circle begins there. */
function side(place: Sql): Sql {
  const [x, y, z] = [sql`abs(${place}.1)`, sql`abs(${place}.2)`, sql`abs(${place}.3)`];
  const other = sql`multiIf(${x} > ${y} AND ${x} > ${z}, tuple(0.012, 0.0053, 1.), ${y} > ${z}, tuple(1., 0.0053, 0.00457), tuple(0.012, 1., 0.00457))`;
  return letIn({ _bo: other }, normalized(cross(place, sql`_bo`)));
}

function aroundPoint(lng: Operand, lat: Operand, radius: Operand, tolerance?: Operand): Sql {
  const [x, y] = [real(lng), real(lat)];
  const corner = letIn(
    { _bd: onRay(sql`_ba`, sql`_bb`, sql`(_bk * _bs)`) },
    onRay(sql`_bx`, sql`_bd`, sql`_br`),
  );
  const circle = letIn(
    { _bx: direction(sql`ifNull(${x}, 0.)`, sql`ifNull(${y}, 0.)`) },
    letIn(
      { _ba: side(sql`_bx`) },
      letIn(
        { _bb: normalized(cross(sql`_bx`, sql`_ba`)), _bs: sql`(2 * pi() / ceil(2 * pi() / _bs))` },
        sql`arrayMap(_bk -> ${corner}, range(toUInt32(round(2 * pi() / _bs))))`,
      ),
    ),
  );
  return withSizes(
    radius,
    tolerance,
    sql`ifNull(${isPosition(x, y)}, false)`,
    letIn({ _bu: sql`[${circle}]` }, polygonsJson(sql`_bu`)),
  );
}

export const bufferFunctions = {
  geo_point_buffer: {
    doc: 'geo-point-buffer-function',
    emit: aroundPoint,
    examples: [
      ['array_length(geo_point_buffer(1, 1, 10, 5).coordinates[0])', '4'],
      ['isnull(geo_point_buffer(200, 1, 0.1))', 'true'],
    ],
  },
  geo_line_buffer: {
    doc: 'geo-line-buffer-function',
    emit: aroundLine,
    examples: [
      [
        'array_length(geo_line_buffer(dynamic({"type":"LineString","coordinates":[[0,0],[1,0]]}), 4, 0.1).coordinates[0])',
        '19',
      ],
    ],
  },
  geo_polygon_buffer: {
    doc: 'geo-polygon-buffer-function',
    emit: aroundPolygon,
  },
} satisfies Record<string, ScalarFunction>;
