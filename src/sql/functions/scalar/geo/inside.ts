import { letIn } from '../../../let.js';
import { type Sql, sql } from '../../../sql.js';
import { both, positionOf } from './geometry.js';

/** A difference of longitudes the short way around. */
export const around = (degrees: Sql) =>
  letIn({ _pw: degrees }, sql`(_pw - 360 * round(_pw / 360))`);

/**
 * How many of a ring's edges the meridian from a position to the north pole crosses, one more where
 * the ring goes around that pole.
 */
function northernEdges(ring: Sql, lng: Sql, lat: Sql): Sql {
  const height = sql`degrees(atan((tan(radians(_pa.2)) * sin(radians(_p2)) - tan(radians(_pb.2)) * sin(radians(_p1))) / sin(radians(_p2 - _p1))))`;
  const isNorth = letIn(
    { _p1: around(sql`_pa.1 - ${lng}`), _p2: around(sql`_pb.1 - ${lng}`) },
    both(sql`(_p1 > 0) != (_p2 > 0)`, sql`abs(_p1 - _p2) < 180`, sql`${lat} < ${height}`),
  );
  const turns = sql`arraySum((_pa, _pb) -> ${around(sql`_pb.1 - _pa.1`)}, arrayPopBack(${ring}), arrayPopFront(${ring}))`;
  const aroundPole = both(sql`abs(${turns}) > 180`, sql`arrayAvg(_pa -> _pa.2, ${ring}) > 0`);
  return sql`(arrayCount((_pa, _pb) -> ${isNorth}, arrayPopBack(${ring}), arrayPopFront(${ring})) + ${aroundPole})`;
}

/** Inside an odd number of rings: within a polygon's shell, and in no hole. */
export const insideRings = (rings: Sql, lng: Sql, lat: Sql) =>
  sql`(arraySum(_pr -> ${northernEdges(sql`_pr`, lng, lat)}, ${rings}) % 2 = 1)`;

/** Inside one of the polygons. */
export const inside = (polygons: Sql, lng: Sql, lat: Sql) =>
  sql`arrayExists(_py -> ${insideRings(sql`_py`, lng, lat)}, ${polygons})`;

/** A direction of any length inside one of the polygons. */
export const isInside = (polygons: Sql, vector: Sql) =>
  letIn({ _pv: positionOf(vector) }, inside(polygons, sql`_pv.1`, sql`_pv.2`));
