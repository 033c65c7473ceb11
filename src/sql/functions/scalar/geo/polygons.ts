import type { Emitted, ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { literal, type Sql, sql } from '../../../sql.js';
import { anyMeet, lengthOf, nearestOf, piecesOf } from './edges.js';
import {
  all,
  angle,
  areLines,
  arePolygons,
  cross,
  direction,
  directions,
  earthRadius,
  edgesOf,
  isPosition,
  linesJson,
  linesOf,
  orNothing,
  pointJson,
  polygonsOf,
  positionOf,
  real,
  scaled,
  size,
  sum,
} from './geometry.js';
import { around, inside, isInside } from './inside.js';

/** One level of arrays away: arrayFlatten() would take them all. */
const rings = (polygons: Sql) =>
  sql`arrayFold((_pc, _py) -> arrayConcat(_pc, _py), ${polygons}, ${noRings})`;
const noRings = sql`CAST([] AS Array(Array(Tuple(Float64, Float64))))`;

/** The body with polygons as `_ps`, the edges of their rings as `_pe`; `_pk`: they are polygons. */
function withPolygons(polygon: Sql, body: Sql): Sql {
  return letIn(
    { _ps: polygonsOf(polygon) },
    letIn(
      { _pk: arePolygons(sql`_ps`), _pq: rings(sql`_ps`) },
      letIn({ _pe: edgesOf(sql`arrayMap(_pr -> ${directions(sql`_pr`)}, _pq)`) }, body),
    ),
  );
}

const orNull = (condition: Sql, value: Sql): Emitted => ({
  ...sql`if(${condition}, ${value}, NULL)`,
  nullable: true,
});

// ---- the outline of a union ------------------------------------------------------------------------

/** Edges of overlapping polygons that one call compares with each other. */
const mostEdges = 2_000;

/**
 * Pieces of the outline of the polygons' union as `_po`, each so directed that the inside is on its
 * left: an edge's piece belongs to it where one side of it is covered and the other is not.
 */
function withOutline(polygon: Operand, body: Sql): Sql {
  const pieces = sql`arrayFlatten(arrayMap(_pf -> ${piecesOf(sql`_pf`, sql`_pe`)}, _pe))`;
  const middle = sum(sql`_pd.1`, sql`_pd.2`);
  const beside = (sign: string) =>
    letIn(
      { _pm: middle, _pn: cross(sql`_pd.1`, sql`_pd.2`) },
      letIn(
        { _pt: sql`(${{ text: sign }}1e-9 * ${size(sql`_pm`)} / ${size(sql`_pn`)})` },
        isInside(
          sql`_ps`,
          sql`tuple(_pm.1 + _pn.1 * _pt, _pm.2 + _pn.2 * _pt, _pm.3 + _pn.3 * _pt)`,
        ),
      ),
    );
  const directed = letIn(
    { _pg: beside('+'), _ph: beside('-') },
    sql`tuple(_pg != _ph, if(_pg, _pd, tuple(_pd.2, _pd.1)))`,
  );
  const outline = sql`arrayDistinct(arrayMap(_px -> _px.2, arrayFilter(_px -> _px.1, arrayMap(_pd -> ${directed}, ${pieces}))))`;
  const tooMany = sql`throwIf(_pk AND length(_pe) > ${{ text: String(mostEdges) }}, ${literal(`Polygons of more than ${mostEdges} edges together cannot be measured`)})`;
  return withPolygons(
    polygon,
    letIn({ _po: sql`if(${tooMany} = 0 AND _pk, ${outline}, ${noPieces})` }, body),
  );
}

const vector = 'Tuple(Float64, Float64, Float64)';
const noPieces = sql`CAST([] AS ${{ text: `Array(Tuple(${vector}, ${vector}))` }})`;

/** The area between an edge and the equator. */
function strip(edge: Sql): Sql {
  return letIn(
    { _p1: positionOf(sql`${edge}.1`), _p2: positionOf(sql`${edge}.2`) },
    letIn(
      { _p3: sql`tan(radians(_p1.2) / 2)`, _p4: sql`tan(radians(_p2.2) / 2)` },
      sql`(2 * atan(tan(radians(${around(sql`_p2.1 - _p1.1`)}) / 2) * (_p3 + _p4) / (1 + _p3 * _p4)))`,
    ),
  );
}

/** Steradians within the outline; around a pole the strips miss the half above the equator. */
const area = letIn(
  {
    _p5: sql`abs(arraySum(_pd -> ${strip(sql`_pd`)}, _po))`,
    _p6: sql`abs(arraySum(_pd -> ${around(sql`${positionOf(sql`_pd.2`)}.1 - ${positionOf(sql`_pd.1`)}.1`)}, _po))`,
  },
  sql`if(_p6 > 180, 2 * pi() - _p5, least(_p5, 4 * pi() - _p5))`,
);

/** The vector area: the sum of the outline's edges, each by its length along its normal. */
const centroid = letIn(
  {
    _p5: sql`arrayMap(_pd -> ${letIn(
      { _pn: cross(sql`_pd.1`, sql`_pd.2`) },
      scaled(sql`_pn`, sql`(${angle(sql`_pd.1`, sql`_pd.2`)} / ${size(sql`_pn`)})`),
    )}, _po)`,
  },
  sql`tuple(arraySum(_pd -> _pd.1, _p5), arraySum(_pd -> _pd.2, _p5), arraySum(_pd -> _pd.3, _p5))`,
);

const known = sql`(_pk AND notEmpty(_po))`;

// ---- with points and lines -------------------------------------------------------------------------

function withPoint(
  lng: Operand,
  lat: Operand,
  polygon: Operand,
  value: (longitude: Sql, latitude: Sql) => Sql,
): Sql {
  const [x, y] = [real(lng), real(lat)];
  const isKnown = sql`ifNull(${isPosition(x, y)}, false)`;
  return withPolygons(
    polygon,
    letIn(
      { _pi: sql`ifNull(${x}, 0.)`, _pj: sql`ifNull(${y}, 0.)`, _pk: all(sql`_pk`, isKnown) },
      letIn({ _pp: direction(sql`_pi`, sql`_pj`) }, value(sql`_pi`, sql`_pj`)),
    ),
  );
}

const nearby = sql`(${nearestOf(sql`_pe`, sql`_pp`)})`;

/** The body with a line's lines as `_ll` and edges as `_le`; `_pk`: both geometries are valid. */
function withLineAndPolygon(line: Operand, polygon: Operand, body: Sql): Sql {
  return withPolygons(
    polygon,
    letIn(
      { _ll: linesOf(line) },
      letIn(
        {
          _pk: all(sql`_pk`, areLines(sql`_ll`)),
          _le: edgesOf(sql`arrayMap(_lz -> ${directions(sql`_lz`)}, _ll)`),
        },
        body,
      ),
    ),
  );
}

/** Pieces of the line inside the polygon, those that follow each other joined. */
function clipped(line: Operand, polygon: Operand): Sql {
  const pieces = sql`arrayFlatten(arrayMap(_pf -> ${piecesOf(sql`_pf`, sql`_pe`)}, _le))`;
  const kept = sql`arrayFilter(_pd -> ${isInside(sql`_ps`, sum(sql`_pd.1`, sql`_pd.2`))}, ${pieces})`;
  const joined = sql`arrayFold((_pc, _pd) -> if(notEmpty(_pc) AND _pc[-1][-1] = _pd.1, arrayPushBack(arrayPopBack(_pc), arrayPushBack(_pc[-1], _pd.2)), arrayPushBack(_pc, [_pd.1, _pd.2])), ${kept}, CAST([] AS ${{ text: `Array(Array(${vector}))` }}))`;
  const lines = sql`arrayMap(_pc -> arrayMap(_pd -> ${positionOf(sql`_pd`)}, _pc), ${joined})`;
  return withLineAndPolygon(line, polygon, orNothing(sql`_pk`, linesJson(lines)));
}

/** Both polygons' vertices, edges and names: `_ps` `_pe` of the first, `_qs` `_qe` of the second. */
function twoMeet(first: Operand, second: Operand): Emitted {
  const corner = (polygons: Sql, others: Sql) =>
    sql`arrayExists(_pr -> ${inside(others, sql`_pr[1].1`, sql`_pr[1].2`)}, ${rings(polygons)})`;
  const meet = sql`(${anyMeet(sql`_pe`, sql`_qe`)} OR ${corner(sql`_ps`, sql`_qs`)} OR ${corner(sql`_qs`, sql`_ps`)})`;
  return {
    ...withPolygons(
      first,
      letIn(
        { _qs: polygonsOf(second) },
        letIn(
          {
            _pk: all(sql`_pk`, arePolygons(sql`_qs`)),
            _qe: edgesOf(sql`arrayMap(_pr -> ${directions(sql`_pr`)}, ${rings(sql`_qs`)})`),
          },
          orNull(sql`_pk`, meet),
        ),
      ),
    ),
    nullable: true,
  };
}

export const geoPolygonFunctions = {
  geo_point_in_polygon: {
    doc: 'geo-point-in-polygon-function',
    nullable: 'always',
    emit: (lng: Operand, lat: Operand, polygon: Operand) =>
      withPoint(lng, lat, polygon, (x, y) => orNull(sql`_pk`, inside(sql`_ps`, x, y))),
    examples: [
      [
        'geo_point_in_polygon(1, 1, dynamic({"type":"Polygon","coordinates":[[[0,0],[5,0],[5,5],[0,5],[0,0]]]}))',
        'true',
      ],
    ],
  },
  geo_distance_point_to_polygon: {
    doc: 'geo-distance-point-to-polygon-function',
    nullable: 'always',
    emit: (lng: Operand, lat: Operand, polygon: Operand) =>
      withPoint(lng, lat, polygon, (x, y) =>
        orNull(sql`_pk`, sql`if(${inside(sql`_ps`, x, y)}, 0., ${nearby}.1 * ${earthRadius})`),
      ),
  },
  geo_closest_point_on_polygon: {
    doc: 'geo-closest-point-on-polygon-function',
    emit: (lng: Operand, lat: Operand, polygon: Operand) =>
      withPoint(lng, lat, polygon, (x, y) =>
        orNothing(
          sql`_pk`,
          sql`if(${inside(sql`_ps`, x, y)}, ${pointJson(sql`tuple(${x}, ${y})`)}, ${pointJson(positionOf(sql`${nearby}.2`))})`,
        ),
      ),
  },
  geo_polygon_perimeter: {
    doc: 'geo-polygon-perimeter-function',
    nullable: 'always',
    emit: (polygon: Operand) =>
      withOutline(polygon, orNull(known, sql`(${lengthOf(sql`_po`)} * ${earthRadius})`)),
  },
  geo_polygon_area: {
    doc: 'geo-polygon-area-function',
    nullable: 'always',
    emit: (polygon: Operand) =>
      withOutline(polygon, orNull(known, sql`(${area} * pow(${earthRadius}, 2))`)),
  },
  geo_polygon_centroid: {
    doc: 'geo-polygon-centroid-function',
    emit: (polygon: Operand) =>
      withOutline(polygon, orNothing(known, pointJson(positionOf(centroid)))),
  },
  geo_intersects_line_with_polygon: {
    doc: 'geo-intersects-line-with-polygon-function',
    nullable: 'always',
    emit: (line: Operand, polygon: Operand) =>
      withLineAndPolygon(
        line,
        polygon,
        orNull(
          sql`_pk`,
          sql`(${anyMeet(sql`_le`, sql`_pe`)} OR arrayExists(_lz -> ${inside(sql`_ps`, sql`_lz[1].1`, sql`_lz[1].2`)}, _ll))`,
        ),
      ),
  },
  geo_intersects_2polygons: { doc: 'geo-intersects-2polygons-function', emit: twoMeet },
  geo_intersection_line_with_polygon: {
    doc: 'geo-intersection-line-with-polygon-function',
    emit: clipped,
  },
} satisfies Record<string, ScalarFunction>;
