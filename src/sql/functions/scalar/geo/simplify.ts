import type { ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { literal, type Sql, sql } from '../../../sql.js';
import { areApart, areValid, polygonsInArray, polygonsJson, united } from './areas.js';
import { nearest } from './edges.js';
import {
  all,
  angle,
  areLines,
  directions,
  earthRadius,
  edgesOf,
  linesJson,
  linesOf,
  orNothing,
  polygonsOf,
  positionOf,
  real,
} from './geometry.js';
import { loopsType } from './loops.js';

/**
 * Unions of lines, and shapes of fewer corners: a corner that is too near to an earlier one falls
 * together with it, and those that a straight edge passes closely enough are left out.
 * Names begin with `_y`.
 */

const way = { text: 'Array(Tuple(Float64, Float64, Float64))' };
const lineList = { text: 'Array(Array(Tuple(Float64, Float64)))' };

/** Each corner or edge is compared with those before it. */
const most = 5_000;
const bounded = (count: Sql, value: Sql) =>
  sql`if(throwIf(${count} > ${{ text: String(most) }}, ${literal(`A shape of more than ${most} edges is too much`)}) = 0, ${value}, ${value})`;

// ---- unions of lines ------------------------------------------------------------------------------------

/** Lines of edges `_ye`, each edge once: they end where more or fewer than two edges meet. */
function chained(lines: Sql): Sql {
  const edges = edgesOf(lines);
  const distinct = sql`arrayFold((_yc, _yd) -> if(has(_yc, _yd) OR has(_yc, tuple(_yd.2, _yd.1)), _yc, arrayPushBack(_yc, _yd)), _ye, arrayResize(_ye, 0))`;
  const goesOn = (place: Sql) =>
    sql`(arrayCount(_yx -> _yx.1 = ${place}, _yf) = 1 AND arrayCount(_yx -> _yx.2 = ${place}, _yf) = 1)`;
  const before = sql`if(${goesOn(sql`_yd.1`)}, arrayFirstIndex(_yl -> _yl[-1] = _yd.1, _yc), 0)`;
  const behind = sql`if(${goesOn(sql`_yd.2`)}, arrayFirstIndex((_yl, _yi) -> _yl[1] = _yd.2 AND _yi != _yg, _yc, arrayEnumerate(_yc)), 0)`;
  const longer = sql`arrayConcat(if(_yg = 0, [_yd.1], _yc[_yg]), if(_yh = 0, [_yd.2], _yc[_yh]))`;
  const place = sql`if(_yg = 0, _yh, _yg)`;
  const put = sql`arrayMap((_yl, _yi) -> if(_yi = ${place}, _yn, _yl), _yc, arrayEnumerate(_yc))`;
  const rest = sql`arrayFilter((_yl, _yi) -> _yg = 0 OR _yi != _yh, ${put}, arrayEnumerate(_yc))`;
  const step = letIn(
    { _yg: before },
    letIn(
      { _yh: behind },
      letIn({ _yn: longer }, sql`if(${place} = 0, arrayPushBack(_yc, _yn), ${rest})`),
    ),
  );
  const joined = sql`arrayFold((_yc, _yd) -> CAST(${step} AS ${lineList}), _yf, CAST([] AS ${lineList}))`;
  return letIn({ _ye: edges }, letIn({ _yf: bounded(sql`length(_ye)`, distinct) }, joined));
}

const union = (array: Operand): Sql => {
  // A member that is no line is as a line without places: the whole is not valid.
  const own = letIn(
    { _yx: linesOf(sql`_yw`) },
    sql`if(empty(_yx), [CAST([] AS Array(Tuple(Float64, Float64)))], _yx)`,
  );
  const lines = sql`arrayFold((_yq, _yw) -> arrayConcat(_yq, ${own}), JSONExtractArrayRaw(${array}), CAST([] AS ${lineList}))`;
  return letIn(
    { _yz: lines },
    letIn(
      { _yv: areLines(sql`_yz`) },
      orNothing(sql`_yv`, linesJson(chained(sql`if(_yv, _yz, arrayResize(_yz, 0))`))),
    ),
  );
};

// ---- fewer corners --------------------------------------------------------------------------------------

/** Corners of which no two are nearer to each other than the tolerance `_yt`. */
const thinned = (corners: Sql) =>
  sql`arrayFold((_yc, _yd) -> if(arrayExists(_yx -> _yx = _yd OR ${angle(sql`_yx`, sql`_yd`)} < _yt, _yc), _yc, arrayPushBack(_yc, _yd)), ${corners}, CAST([] AS ${way}))`;

/** The way over as few of its corners as pass all others within the tolerance. */
function straightened(corners: Sql): Sql {
  const type = { text: `Tuple(${way.text}, ${way.text})` };
  const [kept, between] = [sql`_yc.1`, sql`_yc.2`];
  const passes = letIn(
    { _yo: sql`${kept}[-1]` },
    sql`arrayAll(_yx -> ${angle(nearest(sql`_yx`, sql`_yo`, sql`_yd`), sql`_yx`)} <= _yt, ${between})`,
  );
  const step = sql`if(${passes}, tuple(${kept}, arrayPushBack(${between}, _yd)), tuple(arrayPushBack(${kept}, ${between}[-1]), [_yd]))`;
  const walked = sql`arrayFold((_yc, _yd) -> CAST(${step} AS ${type}), arrayPopFront(_yk), CAST(tuple(arraySlice(_yk, 1, 1), []) AS ${type}))`;
  return letIn(
    { _yk: corners },
    letIn({ _yc: walked }, sql`arrayConcat(${kept}, arraySlice(${between}, -1))`),
  );
}

const ofLine = (line: Sql) =>
  letIn(
    { _yp: thinned(directions(line)) },
    sql`if(length(_yp) < 2, _yp, ${straightened(sql`_yp`)})`,
  );

/** A loop of fewer corners; of less than three nothing is left. */
const ofLoop = (loop: Sql) =>
  letIn(
    { _yp: thinned(loop) },
    sql`if(length(_yp) < 3, CAST([] AS ${way}), arrayPopBack(${straightened(sql`arrayPushBack(_yp, _yp[1])`)}))`,
  );

/** The body with the tolerance in radians as `_yt`, where it and the shape are valid (`_yv`). */
function withTolerance(tolerance: Operand | undefined, valid: Sql, body: Sql): Sql {
  const meters = tolerance ? real(tolerance) : sql`10.`;
  return letIn(
    {
      _yv: all(valid, sql`ifNull(${meters} BETWEEN 0 AND 7800000, false)`),
      _yt: sql`(ifNull(${meters}, 0.) / ${earthRadius})`,
    },
    orNothing(sql`_yv`, body),
  );
}

function simplerLine(line: Operand, tolerance?: Operand): Sql {
  const lines = sql`if(length(_yz) = 1, _yz, ${chained(sql`_yz`)})`;
  const fewer = sql`arrayFilter(_yl -> length(_yl) > 1, arrayMap(_yl -> ${ofLine(sql`_yl`)}, if(_yv, ${lines}, [])))`;
  const text = letIn(
    { _ys: sql`arrayMap(_yl -> arrayMap(_yx -> ${positionOf(sql`_yx`)}, _yl), ${fewer})` },
    sql`if(empty(_ys), '', ${linesJson(sql`_ys`)})`,
  );
  const size = sql`arraySum(_yl -> length(_yl), _yz)`;
  return letIn(
    { _yz: linesOf(line) },
    withTolerance(tolerance, bounded(size, areLines(sql`_yz`)), text),
  );
}

function simplerPolygons(polygons: Sql, tolerance: Operand | undefined): Sql {
  const loops = sql`CAST(${united(sql`if(_yv, _yz, arrayResize(_yz, 0))`)} AS ${loopsType})`;
  const fewer = sql`arrayFilter(_yl -> length(_yl) > 2, arrayMap(_yl -> ${ofLoop(sql`_yl`)}, ${loops}))`;
  const edges = edgesOf(sql`arrayMap(_yl -> arrayPushBack(_yl, _yl[1]), _ys)`);
  const crossed = literal('The polygon would cross itself with so few corners');
  const text = letIn(
    { _ys: fewer },
    sql`if(throwIf(NOT ${areApart(edges)}, ${crossed}) = 0, ${polygonsJson(sql`_ys`)}, '')`,
  );
  return letIn({ _yz: polygons }, withTolerance(tolerance, areValid(sql`_yz`), text));
}

const trap =
  'which corners stay is not determined: Kusto can choose others; a result that crosses itself is refused when the hunt runs';

export const simplifyFunctions = {
  geo_union_lines_array: { doc: 'geo-union-lines-array-function', emit: union },
  geo_line_simplify: { doc: 'geo-line-simplify-function', trap, emit: simplerLine },
  geo_polygon_simplify: {
    doc: 'geo-polygon-simplify-function',
    trap,
    emit: (polygon: Operand, tolerance?: Operand) =>
      simplerPolygons(polygonsOf(polygon), tolerance),
  },
  geo_simplify_polygons_array: {
    doc: 'geo-simplify-polygons-array-function',
    trap,
    emit: (array: Operand, tolerance?: Operand) =>
      simplerPolygons(polygonsInArray(array), tolerance),
  },
} satisfies Record<string, ScalarFunction>;
