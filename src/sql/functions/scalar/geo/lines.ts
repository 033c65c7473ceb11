import type { Emitted, ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { literal, type Sql, sql } from '../../../sql.js';
import { anyMeet, crosses, crossing, lengthOf, nearestOf } from './edges.js';
import {
  all,
  angle,
  areLines,
  direction,
  directions,
  earthRadius,
  edgesOf,
  emptyCollection,
  isPosition,
  linesJson,
  linesOf,
  listJson,
  orNothing,
  pointJson,
  positionOf,
  real,
} from './geometry.js';
import { onSphere } from './points.js';

/** The body with lines as `_ll`, and their edges, each once, between directions as `_le`. */
function withLine(line: Operand, body: Sql): Sql {
  const edges = sql`arrayDistinct(arrayMap(_lx -> if(_lx.1 < _lx.2, _lx, tuple(_lx.2, _lx.1)), ${edgesOf(sql`_ll`)}))`;
  return withEdges(line, edges, body);
}

/** The same with the edges as they are passed through. */
function alongLine(line: Operand, body: Sql): Sql {
  return withEdges(line, edgesOf(sql`_ll`), body);
}

function withEdges(line: Operand, edges: Sql, body: Sql): Sql {
  const turned = sql`arrayMap(_lx -> tuple(${direction(sql`_lx.1.1`, sql`_lx.1.2`)}, ${direction(sql`_lx.2.1`, sql`_lx.2.2`)}), ${edges})`;
  return letIn(
    { _ll: linesOf(line) },
    letIn({ _lv: areLines(sql`_ll`) }, letIn({ _le: turned }, body)),
  );
}

const valid = sql`_lv`;
const isSingle = sql`(_lv AND length(_ll) = 1)`;

const numberOrNull = (condition: Sql, value: Sql): Sql => sql`if(${condition}, ${value}, NULL)`;

function number(line: Operand, value: Sql): Emitted {
  return { ...withLine(line, numberOrNull(valid, value)), nullable: true };
}

/** Each edge pulls towards its middle by its length. */
const centroid = pointJson(
  positionOf(
    letIn(
      {
        _lw: sql`arrayMap(_lx -> tan(${angle(sql`_lx.1`, sql`_lx.2`)} / 2), _le)`,
      },
      sql`tuple(arraySum((_lx, _lt) -> (_lx.1.1 + _lx.2.1) * _lt, _le, _lw), arraySum((_lx, _lt) -> (_lx.1.2 + _lx.2.2) * _lt, _le, _lw), arraySum((_lx, _lt) -> (_lx.1.3 + _lx.2.3) * _lt, _le, _lw))`,
    ),
  ),
);

function toLine(
  lng: Operand,
  lat: Operand,
  line: Operand,
  value: Sql,
  where: (valid: Sql, value: Sql) => Sql,
) {
  const [x, y] = [real(lng), real(lat)];
  const point = direction(sql`ifNull(${x}, 0.)`, sql`ifNull(${y}, 0.)`);
  const near = letIn({ _ln: nearestOf(sql`_le`, sql`_lp`) }, value);
  return withLine(
    line,
    letIn({ _lp: point }, where(all(valid, sql`ifNull(${isPosition(x, y)}, false)`), near)),
  );
}

/** The part of the way that lies before the nearest place. */
function located(lng: Operand, lat: Operand, line: Operand): Sql {
  const [x, y] = [real(lng), real(lat)];
  const point = direction(sql`ifNull(${x}, 0.)`, sql`ifNull(${y}, 0.)`);
  const before = lengthOf(sql`arraySlice(_le, 1, toInt64(_ln.3) - 1)`);
  const within = angle(sql`_le[_ln.3].1`, sql`_ln.2`);
  const part = letIn(
    { _ln: nearestOf(sql`_le`, sql`_lp`) },
    sql`((${before} + ${within}) / ${lengthOf(sql`_le`)})`,
  );
  const condition = all(isSingle, sql`ifNull(${isPosition(x, y)}, false)`);
  return alongLine(line, letIn({ _lp: point }, numberOrNull(condition, part)));
}

/** The place that lies behind a part of the way. */
function interpolated(line: Operand, fraction: Operand): Sql {
  const part = real(fraction);
  const lengths = sql`arrayMap(_lx -> ${angle(sql`_lx.1`, sql`_lx.2`)}, _le)`;
  const target = sql`(least(greatest(ifNull(${part}, 0.), 0.), 1.) * _lc[-1])`;
  const rest = sql`(_lt - (_lc[_lk] - _lw[_lk]))`;
  const [a, b] = [sql`(sin(_lw[_lk] - _lr) / sin(_lw[_lk]))`, sql`(sin(_lr) / sin(_lw[_lk]))`];
  const mixed = (axis: string) =>
    sql`_le[_lk].1.${{ text: axis }} * ${a} + _le[_lk].2.${{ text: axis }} * ${b}`;
  const place = letIn(
    { _lw: lengths },
    letIn(
      { _lc: sql`arrayCumSum(_lw)` },
      letIn(
        { _lt: target },
        letIn(
          { _lk: sql`greatest(1, arrayFirstIndex(_ly -> _ly >= _lt, _lc))` },
          letIn(
            { _lr: rest },
            pointJson(positionOf(sql`tuple(${mixed('1')}, ${mixed('2')}, ${mixed('3')})`)),
          ),
        ),
      ),
    ),
  );
  const condition = all(isSingle, sql`ifNull(${part} BETWEEN 0 AND 1, false)`);
  return alongLine(line, orNothing(condition, place));
}

/** Two lines by the names of their edges: `_me` and `_ne`; `_mv`: both are lines. */
export function withTwo(first: Sql, second: Sql, body: Sql): Sql {
  const turned = (lines: Sql) => edgesOf(sql`arrayMap(_lz -> ${directions(sql`_lz`)}, ${lines})`);
  return letIn(
    { _ml: linesOf(first), _nl: linesOf(second) },
    letIn(
      {
        _mv: all(areLines(sql`_ml`), areLines(sql`_nl`)),
        _me: turned(sql`_ml`),
        _ne: turned(sql`_nl`),
      },
      body,
    ),
  );
}

/** Places that lines have in common; two lines that lie upon each other are refused unless they are the same. */
function intersection(first: Operand, second: Operand): Sql {
  const pairs = sql`arrayFlatten(arrayMap(_ef -> arrayMap(_eg -> tuple(_ef, _eg), _ne), _me))`;
  const [a, b, c, d] = [sql`_lq.1.1`, sql`_lq.1.2`, sql`_lq.2.1`, sql`_lq.2.2`];
  const cuts = sql`arrayMap(_lq -> ${positionOf(crossing(a, b, c, d))}, arrayFilter(_lq -> ${crosses(a, b, c, d)}, _lo))`;
  const shared = sql`arrayIntersect(arrayFlatten(_ml), arrayFlatten(_nl))`;
  const overlap = sql`arrayExists(_lq -> (_lq.1 = _lq.2 OR (_lq.1.1 = _lq.2.2 AND _lq.1.2 = _lq.2.1)), _lo)`;
  const refusal = literal('The intersection of lines that share an edge is not supported');
  const points = letIn(
    { _lo: pairs },
    letIn(
      { _ls: sql`arrayDistinct(arrayConcat(${cuts}, ${shared}))` },
      sql`multiIf(throwIf(${overlap} AND _mv AND _ml != _nl, ${refusal}) != 0, '', empty(_ls), ${emptyCollection}, length(_ls) = 1, ${pointJson(sql`_ls[1]`)}, concat('{"type":"MultiPoint","coordinates":', ${listJson(sql`_ls`)}, '}'))`,
    ),
  );
  const whole = sql`if(_ml = _nl, ${linesJson(sql`_ml`)}, ${points})`;
  return withTwo(first, second, orNothing(sql`_mv`, whole));
}

export const geoLineFunctions = {
  geo_line_length: {
    doc: 'geo-line-length-function',
    emit: (line: Operand) => number(line, sql`(${lengthOf(sql`_le`)} * ${earthRadius})`),
    examples: [
      [
        'round(geo_line_length(dynamic({"type":"LineString","coordinates":[[0,0],[1,0]]})), 3)',
        '111195.101',
      ],
    ],
  },
  geo_line_centroid: {
    doc: 'geo-line-centroid-function',
    emit: (line: Operand) => withLine(line, orNothing(valid, centroid)),
  },
  geo_line_interpolate_point: {
    doc: 'geo-line-interpolate-point-function',
    emit: interpolated,
  },
  geo_line_locate_point: {
    doc: 'geo-line-locate-point-function',
    nullable: 'always',
    emitCall: (call, line: Operand, lng: Operand, lat: Operand, spheroid?: Operand) => {
      onSphere(call, spheroid);
      return located(lng, lat, line);
    },
  },
  geo_distance_point_to_line: {
    doc: 'geo-distance-point-to-line-function',
    nullable: 'always',
    emit: (lng: Operand, lat: Operand, line: Operand) =>
      toLine(lng, lat, line, sql`(_ln.1 * ${earthRadius})`, numberOrNull),
  },
  geo_closest_point_on_line: {
    doc: 'geo-closest-point-on-line-function',
    emit: (lng: Operand, lat: Operand, line: Operand) =>
      toLine(lng, lat, line, pointJson(positionOf(sql`_ln.2`)), orNothing),
  },
  geo_intersects_2lines: {
    doc: 'geo-intersects-2lines-function',
    nullable: 'always',
    emit: (first: Operand, second: Operand) =>
      withTwo(first, second, numberOrNull(sql`_mv`, anyMeet(sql`_me`, sql`_ne`))),
  },
  geo_intersection_2lines: {
    doc: 'geo-intersection-2lines-function',
    trap: 'lines that share an edge without being the same are refused when the hunt runs',
    emit: intersection,
  },
} satisfies Record<string, ScalarFunction>;
