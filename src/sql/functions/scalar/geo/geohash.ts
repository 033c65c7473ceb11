import { convert } from '../../../convert.js';
import type { Emitted, ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import { constantInteger, type Operand } from '../../../operand.js';
import { type Sql, sql } from '../../../sql.js';
import { all, isPosition, orNothing, pointJson, polygonJson, real } from './geometry.js';

/**
 * A geohash's characters are five bits each, by turns of the longitude and the latitude. The longest
 * has 18, more than the engine's own functions take, so the bits are counted here: 45 of each.
 */
const alphabet = sql`'0123456789bcdefghjkmnpqrstuvwxyz'`;
const mostBits = sql`35184372088832.`;

/** The text of so many characters for two numbers of 45 bits. */
function written(lngBits: Sql, latBits: Sql, length: Sql): Sql {
  const bit = sql`(5 * _gc + _gk)`;
  const source = sql`if(${bit} % 2 = 0, ${lngBits}, ${latBits})`;
  const value = sql`bitAnd(bitShiftRight(${source}, 44 - intDiv(${bit}, 2)), 1)`;
  const digit = sql`arraySum(_gk -> bitShiftLeft(${value}, 4 - _gk), range(5))`;
  return sql`arrayStringConcat(arrayMap(_gc -> substring(${alphabet}, ${digit} + 1, 1), range(toUInt32(${length}))))`;
}

const bitsOf = (degrees: Sql, from: Sql, width: Sql) =>
  sql`toUInt64(greatest(0., least(${mostBits} - 1, floor((${degrees} - ${from}) / ${width} * ${mostBits}))))`;

function encoded(lng: Operand, lat: Operand, accuracy?: Operand): Sql {
  const [x, y] = [real(lng), real(lat)];
  const length = accuracy ? convert(accuracy, 'long') : sql`5`;
  const valid = all(isPosition(x, y), sql`${length} BETWEEN 1 AND 18`);
  const known = constantInteger(accuracy ?? lng);
  const isShort = !accuracy || (known !== undefined && known >= 1n && known <= 12n);
  const text = isShort
    ? sql`geohashEncode(${x}, ${y}, ${length})`
    : letIn(
        {
          _gn: bitsOf(sql`ifNull(${x}, 0.)`, sql`-180`, sql`360`),
          _gm: bitsOf(sql`ifNull(${y}, 0.)`, sql`-90`, sql`180`),
          _gs: sql`toUInt8(ifNull(least(greatest(${length}, 1), 18), 1))`,
        },
        written(sql`_gn`, sql`_gm`, sql`_gs`),
      );
  return sql`ifNull(if(${valid}, ${text}, ''), '')`;
}

const isGeohash = (text: Sql) => sql`match(${text}, '^(?i)[0-9b-hjkmnp-z]{1,18}$')`;

/** The cell's numbers of bits of each kind, and their values, under `_gw` `_gh` `_gn` `_gm`. */
function decoded(geohash: Operand, body: Sql): Sql {
  const digits = sql`arrayMap(_gc -> position(${alphabet}, _gc) - 1, ngrams(lower(${geohash}), 1))`;
  const bits = sql`arrayFlatten(arrayMap(_gd -> arrayMap(_gk -> toUInt64(bitAnd(bitShiftRight(toUInt64(_gd), 4 - _gk), 1)), range(5)), ${digits}))`;
  const every = (rest: string) =>
    sql`arrayFilter((_gv, _gi) -> _gi % 2 = ${{ text: rest }}, _gb, arrayEnumerate(_gb))`;
  const number = (array: Sql) => sql`arrayFold((_ga, _gv) -> _ga * 2 + _gv, ${array}, toUInt64(0))`;
  return letIn(
    { _gb: bits },
    letIn(
      { _gw: every('1'), _gh: every('0') },
      letIn(
        {
          _gn: number(sql`_gw`),
          _gm: number(sql`_gh`),
          _gx: sql`(360 / exp2(length(_gw)))`,
          _gy: sql`(180 / exp2(length(_gh)))`,
        },
        body,
      ),
    ),
  );
}

const west = sql`(-180 + _gn * _gx)`;
const east = sql`(-180 + (_gn + 1) * _gx)`;
const south = sql`(-90 + _gm * _gy)`;
const north = sql`(-90 + (_gm + 1) * _gy)`;

const center = pointJson(sql`tuple(-180 + (_gn + 0.5) * _gx, -90 + (_gm + 0.5) * _gy)`);
const box = polygonJson(
  sql`[tuple(${west}, ${south}), tuple(${east}, ${south}), tuple(${east}, ${north}), tuple(${west}, ${north}), tuple(${west}, ${south})]`,
);

/** The eight cells around; at the poles there are fewer. */
function neighbors(geohash: Operand): Sql {
  const steps = sql`[(-1, 0), (-1, -1), (0, -1), (1, -1), (1, 1), (1, 0), (0, 1), (-1, 1)]`;
  const shifted = (bits: Sql, count: Sql) => sql`bitShiftLeft(${bits}, 45 - length(${count}))`;
  const lng = sql`bitShiftLeft(toUInt64(positiveModulo(toInt64(_gn) + _gt.1, toInt64(exp2(length(_gw))))), 45 - length(_gw))`;
  const lat = shifted(sql`toUInt64(toInt64(_gm) + _gt.2)`, sql`_gh`);
  const inside = sql`(toInt64(_gm) + _gt.2 BETWEEN 0 AND toInt64(exp2(length(_gh))) - 1)`;
  const cell = letIn({ _ge: lng, _gf: lat }, written(sql`_ge`, sql`_gf`, sql`length(_gb) / 5`));
  const list = sql`arrayMap(_gt -> concat('"', ${cell}, '"'), arrayFilter(_gt -> ${inside}, ${steps}))`;
  return orNothing(
    isGeohash(geohash),
    decoded(geohash, sql`concat('[', arrayStringConcat(${list}, ','), ']')`),
  );
}

const shown =
  (body: Sql) =>
  (geohash: Operand): Emitted =>
    orNothing(isGeohash(geohash), decoded(geohash, body));

export const geohashFunctions = {
  geo_point_to_geohash: {
    doc: 'geo-point-to-geohash-function',
    emit: encoded,
    examples: [
      ['geo_point_to_geohash(139.806115, 35.554128, 12)', 'xn76m27ty9g4'],
      ['geo_point_to_geohash(-80.195829, 25.802215, 8)', 'dhwfz15h'],
      ['geo_point_to_geohash(200, 1, 8)', ''],
    ],
  },
  geo_geohash_to_central_point: {
    doc: 'geo-geohash-to-central-point-function',
    emit: shown(center),
    examples: [
      [
        'geo_geohash_to_central_point("sunny")',
        '{"type":"Point","coordinates":[42.47314453125,23.70849609375]}',
      ],
    ],
  },
  geo_geohash_to_polygon: {
    doc: 'geo-geohash-to-polygon-function',
    emit: shown(box),
    examples: [
      ['geo_geohash_to_polygon("dr5ru").coordinates[0][0]', '[-74.00390625,40.7373046875]'],
    ],
  },
  geo_geohash_neighbors: {
    doc: 'geo-geohash-neighbors-function',
    emit: neighbors,
    examples: [
      [
        'geo_geohash_neighbors("sunny")',
        '["sunnv","sunnt","sunnw","sunnx","sunpp","sunnz","sunpn","sunpj"]',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
