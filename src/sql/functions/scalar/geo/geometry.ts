import { bound } from '../../../bound.js';
import { convert } from '../../../convert.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { join, literal, type Sql, sql } from '../../../sql.js';

/**
 * Geometry on the sphere that Kusto measures on. Positions are tuples of longitude and latitude in
 * degrees; directions are unit vectors, tuples of x, y and z. Fragments that take directions and
 * positions repeat them: hand them names. Names begin with `_g`.
 */

/** The sphere's radius in metres. */
export const earthRadius = sql`6371010.`;

export const real = (operand: Operand): Operand => convert(operand, 'real');

/**
 * AND and OR for the depths of lambdas, where the engine's own make it analyse a query for seconds: its
 * time grows with the square of their number there.
 */
export const both = (first: Sql, ...others: Sql[]): Sql =>
  others.reduce((left, right) => sql`bitAnd(${left}, ${right})`, first);
export const either = (first: Sql, ...others: Sql[]): Sql =>
  others.reduce((left, right) => sql`bitOr(${left}, ${right})`, first);

export const isPosition = (longitude: Sql, latitude: Sql) =>
  both(sql`abs(${longitude}) <= 180`, sql`abs(${latitude}) <= 90`);

export const direction = (longitude: Sql, latitude: Sql) =>
  sql`tuple(cos(radians(${latitude})) * cos(radians(${longitude})), cos(radians(${latitude})) * sin(radians(${longitude})), sin(radians(${latitude})))`;

export const cross = (a: Sql, b: Sql) =>
  sql`tuple(${a}.2 * ${b}.3 - ${a}.3 * ${b}.2, ${a}.3 * ${b}.1 - ${a}.1 * ${b}.3, ${a}.1 * ${b}.2 - ${a}.2 * ${b}.1)`;

export const dot = (a: Sql, b: Sql) => sql`(${a}.1 * ${b}.1 + ${a}.2 * ${b}.2 + ${a}.3 * ${b}.3)`;

export const size = (a: Sql) => sql`sqrt(${a}.1 * ${a}.1 + ${a}.2 * ${a}.2 + ${a}.3 * ${a}.3)`;

/** Radians between two directions. */
export const angle = (a: Sql, b: Sql) =>
  letIn({ _gx: cross(a, b) }, sql`atan2(${size(sql`_gx`)}, ${dot(a, b)})`);

/** A vector of any length as a position. */
export const positionOf = (vector: Sql) =>
  letIn(
    { _gv: vector },
    sql`tuple(degrees(atan2(_gv.2, _gv.1)), degrees(atan2(_gv.3, sqrt(_gv.1 * _gv.1 + _gv.2 * _gv.2))))`,
  );

export const scaled = (vector: Sql, factor: Sql) =>
  sql`tuple(${vector}.1 * ${factor}, ${vector}.2 * ${factor}, ${vector}.3 * ${factor})`;

export const sum = (a: Sql, b: Sql) =>
  sql`tuple(${a}.1 + ${b}.1, ${a}.2 + ${b}.2, ${a}.3 + ${b}.3)`;

// ---- GeoJSON ---------------------------------------------------------------------------------------

const coordinates = (json: Sql, type: string) =>
  sql`JSONExtract(${json}, 'coordinates', ${literal(type)})`;
const kindOf = (json: Sql) => sql`JSONExtractString(${json}, 'type')`;
const line = 'Array(Tuple(Float64, Float64))';
/** Texts, nulls or truths among them make the shape none; the engine would take them for zeros. */
const hasOthers = (json: Sql) =>
  sql`match(JSONExtractRaw(${json}, 'coordinates'), ${literal('[^][0-9eE+., -]')})`;

/** The lines of a LineString or MultiLineString; none of anything else. */
export const linesOf = (shape: Sql) =>
  bound(
    shape,
    (json) =>
      sql`multiIf(${hasOthers(json)}, [], ${kindOf(json)} = 'LineString', [${coordinates(json, line)}], ${kindOf(json)} = 'MultiLineString', ${coordinates(json, `Array(${line})`)}, [])`,
  );

/**
 * The polygons of a Polygon or MultiPolygon, each its rings; none of anything else. Kusto also takes a
 * MultiPolygon whose every polygon is a list of one, as `make_list(pack_array(polygon.coordinates))` gives.
 */
export const polygonsOf = (shape: Sql) =>
  bound(shape, (json) => {
    const isNested = sql`startsWith(JSONExtractRaw(${json}, 'coordinates'), '[[[[[')`;
    const nested = sql`arrayMap(_gu -> _gu[1], ${coordinates(json, `Array(Array(Array(${line})))`)})`;
    return sql`multiIf(${hasOthers(json)}, [], ${kindOf(json)} = 'Polygon', [${coordinates(json, `Array(${line})`)}], ${kindOf(json)} != 'MultiPolygon', [], ${isNested}, ${nested}, ${coordinates(json, `Array(Array(${line}))`)})`;
  });

const allPositions = (points: Sql) =>
  sql`arrayAll(_gp -> ${isPosition(sql`_gp.1`, sql`_gp.2`)}, ${points})`;
const noStandstill = (points: Sql) =>
  sql`arrayAll((_ga, _gb) -> _ga != _gb, arrayPopBack(${points}), arrayPopFront(${points}))`;

/** At least two positions, no two neighbours the same. */
export const areLines = (lines: Sql) =>
  both(
    sql`notEmpty(${lines})`,
    sql`arrayAll(_gl -> ${both(sql`length(_gl) >= 2`, allPositions(sql`_gl`), noStandstill(sql`_gl`))}, ${lines})`,
  );

/** Closed rings of at least three positions, all different. */
export const arePolygons = (polygons: Sql) =>
  both(
    sql`notEmpty(${polygons})`,
    sql`arrayAll(_gy -> ${both(sql`notEmpty(_gy)`, sql`arrayAll(_gr -> ${isRing}, _gy)`)}, ${polygons})`,
  );

const isRing = both(
  sql`length(_gr) >= 4`,
  sql`_gr[1] = _gr[-1]`,
  sql`arrayUniq(_gr) = length(_gr) - 1`,
  allPositions(sql`_gr`),
);

/** The directions of a line's or ring's positions. */
export const directions = (points: Sql) =>
  sql`arrayMap(_gp -> ${direction(sql`_gp.1`, sql`_gp.2`)}, ${points})`;

/** Pairs of neighbours: the edges of lines, or of rings. */
export const edgesOf = (lines: Sql) =>
  sql`arrayFlatten(arrayMap(_gl -> arrayZip(arrayPopBack(_gl), arrayPopFront(_gl)), ${lines}))`;

const numbers = (position: Sql) =>
  sql`concat('[', toString(${position}.1), ',', toString(${position}.2), ']')`;

export const pointJson = (position: Sql) =>
  letIn(
    { _gj: position },
    sql`concat('{"type":"Point","coordinates":', ${numbers(sql`_gj`)}, '}')`,
  );

/** A list of positions as JSON. */
export const listJson = (positions: Sql) =>
  sql`concat('[', arrayStringConcat(arrayMap(_gj -> ${numbers(sql`_gj`)}, ${positions}), ','), ']')`;

export const polygonJson = (ring: Sql) =>
  sql`concat('{"type":"Polygon","coordinates":[', ${listJson(ring)}, ']}')`;

/** One line, several, or the collection of none. */
export const linesJson = (lines: Sql) =>
  letIn(
    { _gm: sql`arrayMap(_gl -> ${listJson(sql`_gl`)}, ${lines})` },
    sql`multiIf(empty(_gm), ${emptyCollection}, length(_gm) = 1, concat('{"type":"LineString","coordinates":', _gm[1], '}'), concat('{"type":"MultiLineString","coordinates":[', arrayStringConcat(_gm, ','), ']}'))`,
  );

export const emptyCollection = sql`'{"type":"GeometryCollection","geometries":[]}'`;

/** The value where the condition holds; the null dynamic elsewhere. */
export const orNothing = (condition: Sql, value: Sql) =>
  sql`ifNull(if(${condition}, ${value}, ''), '')`;

export const all = (...conditions: Sql[]) => sql`(${join(conditions, sql` AND `)})`;
