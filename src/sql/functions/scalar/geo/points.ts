import { convert } from '../../../convert.js';
import type { CallSite, Emitted, ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { type Sql, sql } from '../../../sql.js';
import { refused } from '../../refused.js';
import {
  all,
  angle,
  cross,
  direction,
  dot,
  earthRadius,
  isPosition,
  real,
  size,
} from './geometry.js';
import { spheroidDistance } from './spheroid.js';

const orNull = (condition: Sql, value: Sql): Emitted => ({
  ...sql`if(${condition}, ${value}, NULL)`,
  nullable: true,
});

/** Metres between two places. */
export function distance(lng1: Operand, lat1: Operand, lng2: Operand, lat2: Operand): Sql {
  const [a, b] = [sql`_da`, sql`_db`];
  return letIn(
    { _da: direction(real(lng1), real(lat1)), _db: direction(real(lng2), real(lat2)) },
    sql`(${angle(a, b)} * ${earthRadius})`,
  );
}

/** Metres on the sphere, or on the spheroid where the flag says so. */
function measured(places: [Operand, Operand, Operand, Operand], spheroid?: Operand): Sql {
  const isFlat = spheroid?.constant?.value;
  if (!spheroid || isFlat === false) return distance(...places);
  const onSpheroid = spheroidDistance(...places);
  if (isFlat === true) return onSpheroid;
  const test = convert(spheroid, 'bool');
  return sql`if(ifNull(${test}, false), ${onSpheroid}, ${distance(...places)})`;
}

/** Only the sphere is measured exactly here; the spheroid needs another method. */
export function onSphere(call: CallSite, spheroid: Operand | undefined): void {
  if (spheroid && spheroid.constant?.value !== false) {
    throw refused(call, 'a distance on the spheroid', 'Quarry measures on the sphere');
  }
}

/** Radians clockwise from true north; no direction leads to the same place or the opposite one. */
function azimuth(...parts: Operand[]): Emitted {
  const [lng1, lat1, lng2, lat2] = parts.map(real) as [Operand, Operand, Operand, Operand];
  const turn = sql`radians(${lng2} - ${lng1})`;
  const east = sql`(sin(${turn}) * cos(radians(${lat2})))`;
  const north = sql`(cos(radians(${lat1})) * sin(radians(${lat2})) - sin(radians(${lat1})) * cos(radians(${lat2})) * cos(${turn}))`;
  const apart = letIn(
    { _da: direction(lng1, lat1), _db: direction(lng2, lat2) },
    letIn({ _dc: cross(sql`_da`, sql`_db`) }, sql`(${size(sql`_dc`)} > 1e-15)`),
  );
  return orNull(
    all(isPosition(lng1, lat1), isPosition(lng2, lat2), apart),
    sql`positiveModulo(atan2(${east}, ${north}), 2 * pi())`,
  );
}

/** Radians clockwise from the way to the second place to the way on to the third. */
function turning(...parts: Operand[]): Emitted {
  const [x1, y1, x2, y2, x3, y3] = parts.map(real) as [
    Operand,
    Operand,
    Operand,
    Operand,
    Operand,
    Operand,
  ];
  const [a, b, c] = [sql`_ta`, sql`_tb`, sql`_tc`];
  const [back, on, axis] = [sql`_tm`, sql`_tn`, sql`_to`];
  const valid = all(isPosition(x1, y1), isPosition(x2, y2), isPosition(x3, y3));
  // Normals of the planes of both ways; where they are null there is no way.
  const value = letIn(
    { _tm: cross(b, a), _tn: cross(b, c) },
    letIn(
      { _to: cross(back, on) },
      sql`if(${size(back)} > 1e-15 AND ${size(on)} > 1e-15, positiveModulo(-atan2(${dot(b, axis)}, ${dot(back, on)}), 2 * pi()), NULL)`,
    ),
  );
  const named = letIn(
    { _ta: direction(x1, y1), _tb: direction(x2, y2), _tc: direction(x3, y3) },
    value,
  );
  return orNull(valid, named);
}

export const geoPointFunctions = {
  geo_distance_2points: {
    doc: 'geo-distance-2points-function',
    emit: (...parts: Operand[]) => {
      const places = parts.slice(0, 4).map(real) as [Operand, Operand, Operand, Operand];
      const [lng1, lat1, lng2, lat2] = places;
      const valid = all(isPosition(lng1, lat1), isPosition(lng2, lat2));
      return orNull(valid, measured(places, parts[4]));
    },
    examples: [
      [
        'round(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056), 3)',
        '1546754.352',
      ],
      [
        'round(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056, true), 3)',
        '1545043.644',
      ],
      ['isnull(geo_distance_2points(300, 1, 1, 1))', 'true'],
    ],
  },
  geo_azimuth: {
    doc: 'geo-azimuth-function',
    emit: azimuth,
    examples: [['round(geo_azimuth(5, 10, 10, -40), 9)', '3.054599398']],
  },
  geo_angle: {
    doc: 'geo-angle-function',
    emit: turning,
    examples: [['round(geo_angle(0, 10, 0, 5, 3, -10), 9)', '2.944938434']],
  },
  geo_point_in_circle: {
    doc: 'geo-point-in-circle-function',
    emit: (lng: Operand, lat: Operand, x: Operand, y: Operand, radius: Operand) =>
      orNull(
        all(
          isPosition(real(lng), real(lat)),
          isPosition(real(x), real(y)),
          sql`${real(radius)} > 0`,
        ),
        sql`(${distance(lng, lat, x, y)} <= ${real(radius)})`,
      ),
    examples: [
      ['geo_point_in_circle(-122.143564, 47.535677, -122.100896, 47.527351, 3500)', 'true'],
    ],
  },
} satisfies Record<string, ScalarFunction>;
