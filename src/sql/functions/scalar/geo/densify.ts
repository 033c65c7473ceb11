import type { ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { literal, type Sql, sql } from '../../../sql.js';
import {
  all,
  angle,
  areLines,
  arePolygons,
  direction,
  earthRadius,
  linesOf,
  listJson,
  orNothing,
  polygonsOf,
  real,
} from './geometry.js';

/**
 * Edges that are straight on a map as chains of geodesics: halved until no part leaves the straight
 * line by more than the tolerance, as S2's edge tessellator does it.
 */

/** Where on an edge S2 measures its error, and by how much it tightens the tolerance to be safe. */
const probes = [sql`0.31215691082248312`, sql`0.68784308917751688`];
const caution = sql`0.83829992569888509`;
/** Halvings that the widest edge takes at the finest tolerance. */
const halvings = sql`16`;
const mostPoints = 1_000_000;

const between = (from: Sql, to: Sql, part: Sql) =>
  sql`tuple(${from}.1 + (${to}.1 - ${from}.1) * ${part}, ${from}.2 + (${to}.2 - ${from}.2) * ${part})`;

/** Radians between the straight and the geodesic at a part of the edge. */
function gap(part: Sql): Sql {
  const weigh = (axis: string) =>
    sql`(sin((1 - ${part}) * _df) * _da.${{ text: axis }} + sin(${part} * _df) * _db.${{ text: axis }}) / sin(_df)`;
  return letIn(
    {
      _dg: sql`tuple(${weigh('1')}, ${weigh('2')}, ${weigh('3')})`,
      _dh: letIn({ _di: between(sql`_dp`, sql`_dq`, part) }, direction(sql`_di.1`, sql`_di.2`)),
    },
    angle(sql`_dg`, sql`_dh`),
  );
}

const error = letIn(
  { _da: direction(sql`_dp.1`, sql`_dp.2`), _db: direction(sql`_dq.1`, sql`_dq.2`) },
  letIn(
    { _df: angle(sql`_da`, sql`_db`) },
    sql`greatest(${gap(probes[0] ?? sql`0.`)}, ${gap(probes[1] ?? sql`1.`)})`,
  ),
);

function densified(points: Sql, tolerance: Sql): Sql {
  const halved = sql`if(${error} > ${tolerance}, [${between(sql`_dp`, sql`_dq`, sql`0.5`)}, _dq], [_dq])`;
  const step = sql`arrayConcat([_dl[1]], arrayFlatten(arrayMap((_dp, _dq) -> ${halved}, arrayPopBack(_dl), arrayPopFront(_dl))))`;
  const bounded = sql`if(throwIf(length(_dl) > ${{ text: String(mostPoints) }}, 'A densified line would have too many points') = 0, ${step}, _dl)`;
  return sql`arrayFold((_dl, _dk) -> ${bounded}, range(${halvings}), ${points})`;
}

/** An edge over the antimeridian is ambiguous on a map. */
const staysOnMap = (points: Sql) =>
  sql`throwIf(arrayExists((_dp, _dq) -> abs(_dp.1 - _dq.1) > 180, arrayPopBack(${points}), arrayPopFront(${points})), ${literal('Edges over the antimeridian cannot be densified')})`;

const list = (points: Sql) =>
  sql`if(${staysOnMap(points)} = 0, ${listJson(densified(points, sql`_dt`))}, '')`;

const joined = (texts: Sql) => sql`concat('[', arrayStringConcat(${texts}, ','), ']')`;

/** The body with the shape as `_ds`, the tolerance in radians as `_dt`. */
function densify(shape: Sql, valid: Sql, text: Sql, tolerance: Operand | undefined): Sql {
  const meters = tolerance ? real(tolerance) : sql`10.`;
  const inRange = sql`ifNull(${meters} BETWEEN 0.1 AND 10000, false)`;
  return letIn(
    { _ds: shape, _dt: sql`(${caution} * ifNull(${meters}, 10.) / ${earthRadius})` },
    orNothing(all(valid, inRange), text),
  );
}

const geoJson = (type: string, coordinates: Sql) =>
  sql`concat(${literal(`{"type":"${type}","coordinates":`)}, ${coordinates}, '}')`;

const lines = letIn(
  { _dm: sql`arrayMap(_dn -> ${list(sql`_dn`)}, _ds)` },
  sql`if(length(_dm) = 1, ${geoJson('LineString', sql`_dm[1]`)}, ${geoJson('MultiLineString', joined(sql`_dm`))})`,
);

const polygons = letIn(
  { _dm: sql`arrayMap(_do -> ${joined(sql`arrayMap(_dn -> ${list(sql`_dn`)}, _do)`)}, _ds)` },
  sql`if(length(_dm) = 1, ${geoJson('Polygon', sql`_dm[1]`)}, ${geoJson('MultiPolygon', joined(sql`_dm`))})`,
);

const trap = 'an edge over the antimeridian is refused when the hunt runs';

export const densifyFunctions = {
  geo_line_densify: {
    doc: 'geo-line-densify-function',
    trap,
    emit: (line: Operand, tolerance?: Operand) =>
      densify(linesOf(line), areLines(sql`_ds`), lines, tolerance),
    examples: [
      [
        'array_length(geo_line_densify(dynamic({"type":"LineString","coordinates":[[50,50],[51,51]]})).coordinates)',
        '9',
      ],
    ],
  },
  geo_polygon_densify: {
    doc: 'geo-polygon-densify-function',
    trap,
    emit: (polygon: Operand, tolerance?: Operand) =>
      densify(polygonsOf(polygon), arePolygons(sql`_ds`), polygons, tolerance),
  },
} satisfies Record<string, ScalarFunction>;
