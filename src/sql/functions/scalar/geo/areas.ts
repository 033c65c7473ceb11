import type { ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { literal, type Sql, sql } from '../../../sql.js';
import { crosses, shareEnd } from './edges.js';
import {
  arePolygons,
  both,
  directions,
  edgesOf,
  either,
  emptyCollection,
  listJson,
  orNothing,
  polygonsOf,
  positionOf,
} from './geometry.js';
import { insideRings } from './inside.js';
import { isShell, loopsOf, loopsType } from './loops.js';
import { overlay, rings } from './overlay.js';

const ringsType = { text: 'Array(Array(Tuple(Float64, Float64)))' };
const polygonsType = { text: `Array(${ringsType.text})` };

/** Edges of polygons that one call brings together. */
const mostEdges = 2_000;

/** Whether edges neither cross nor lie upon each other. */
export function areApart(edges: Sql): Sql {
  const [a, b, c, d] = [sql`_ae.1`, sql`_ae.2`, sql`_af.1`, sql`_af.2`];
  const same = either(sql`_ae = _af`, sql`_ae = tuple(${d}, ${c})`);
  const meet = both(sql`NOT ${shareEnd(a, b, c, d)}`, crosses(a, b, c, d));
  return letIn(
    { _ag: edges },
    sql`NOT arrayExists((_ae, _ai) -> arrayExists(_af -> ${either(same, meet)}, arraySlice(_ag, _ai + 1)), _ag, arrayEnumerate(_ag))`,
  );
}

const edgesOfRings = (list: Sql) => edgesOf(sql`arrayMap(_ar -> ${directions(sql`_ar`)}, ${list})`);

const tooMany = (polygons: Sql) =>
  sql`throwIf(arraySum(_ay -> arraySum(_ar -> length(_ar), _ay), ${polygons}) > ${{ text: String(mostEdges) }}, ${literal(`Polygons of more than ${mostEdges} edges together cannot be combined`)})`;

/**
 * The union of valid polygons. As in S2, the two of the fewest corners are united first and their
 * union waits with the corners of both.
 */
export const united = (polygons: Sql) =>
  unitedLoops(sql`arrayMap(_ay -> ${loopsOf(sql`_ay`)}, ${polygons})`);

/** The same of areas that are loops already. */
export function unitedLoops(areas: Sql): Sql {
  const waiting = sql`arraySort(_aw -> _aw.1, arrayMap((_ay, _ai) -> tuple(tuple(length(arrayFlatten(_ay)) + length(_ay), _ai), _ay), _at, arrayEnumerate(_at)))`;
  const type = { text: `Array(Tuple(UInt64, ${loopsType.text}))` };
  const both = sql`(_aq[1].1 + _aq[2].1)`;
  const rest = sql`arraySlice(_aq, 3)`;
  const place = sql`arrayFirstIndex(_aw -> _aw.1 > ${both}, ${rest})`;
  const put = letIn(
    { _ap: place },
    sql`if(_ap = 0, arrayPushBack(${rest}, tuple(${both}, _ou)), arrayConcat(arraySlice(${rest}, 1, _ap - 1), [tuple(${both}, _ou)], arraySlice(${rest}, _ap)))`,
  );
  const step = overlay(sql`_aq[1].2`, sql`_aq[2].2`, 'union', put);
  const start = sql`CAST(arrayMap(_aw -> tuple(_aw.1.1, _aw.2), ${waiting}) AS ${type})`;
  const folded = sql`arrayFold((_aq, _ak) -> CAST(${step} AS ${type}), range(greatest(length(_at), 1) - 1), ${start})`;
  return letIn({ _at: areas }, sql`(${folded}[1].2)`);
}

/** Valid: within their bounds, each in itself; a polygon without rings is none. */
export const areValid = (polygons: Sql) =>
  both(
    arePolygons(polygons),
    sql`${tooMany(polygons)} = 0`,
    sql`arrayAll(_ay -> ${areApart(edgesOfRings(sql`_ay`))}, ${polygons})`,
  );

/** All loops of valid polygons; those that overlap have another outline together. */
function apartLoops(polygons: Sql): Sql {
  const own = sql`arrayFold((_aq, _ay) -> arrayConcat(_aq, _ay), ${polygons}, CAST([] AS ${ringsType}))`;
  const corner = sql`arrayExists(_ay -> ${both(sql`_ay != _az`, insideRings(sql`_ay`, sql`_az[1][1].1`, sql`_az[1][1].2`))}, ${polygons})`;
  const overlap = either(
    sql`NOT ${areApart(edgesOfRings(own))}`,
    sql`arrayExists(_az -> ${corner}, ${polygons})`,
  );
  const refusal = literal(
    'The intersection with polygons that overlap each other is not supported',
  );
  const loops = sql`arrayFold((_aq, _ay) -> arrayConcat(_aq, ${loopsOf(sql`_ay`)}), ${polygons}, CAST([] AS ${loopsType}))`;
  return sql`if(throwIf(${both(sql`length(${polygons}) > 1`, overlap)}, ${refusal}) = 0, ${loops}, CAST([] AS ${loopsType}))`;
}

/** Each shell with the holes in it, as GeoJSON's coordinates of a Polygon. */
function polygonTexts(loops: Sql): Sql {
  const first = sql`arrayFirst(_ac -> 1, _ah)`;
  const middle = letIn(
    { _ab: first, _ad: sql`_ah[2]` },
    positionOf(sql`tuple(_ab.1 + _ad.1, _ab.2 + _ad.2, _ab.3 + _ad.3)`),
  );
  const isIn = letIn({ _am: middle }, insideRings(rings(sql`[_as]`), sql`_am.1`, sql`_am.2`));
  const parts = sql`arrayConcat([_as], arrayFilter(_ah -> ${isIn}, _aj))`;
  const text = sql`concat('[', arrayStringConcat(arrayMap(_ar -> ${listJson(sql`_ar`)}, ${rings(parts)}), ','), ']')`;
  return letIn(
    {
      _ai: sql`arrayFilter(_al -> ${isShell(sql`_al`)}, ${loops})`,
      _aj: sql`arrayFilter(_al -> NOT ${isShell(sql`_al`)}, ${loops})`,
    },
    sql`arrayMap(_as -> ${text}, _ai)`,
  );
}

/** Geometries of one kind: one of them, several, or nothing. */
const gathered = (texts: Sql, one: string, several: string) =>
  sql`multiIf(empty(${texts}), '', length(${texts}) = 1, concat('{"type":"${{ text: one }}","coordinates":', ${texts}[1], '}'), concat('{"type":"${{ text: several }}","coordinates":[', arrayStringConcat(${texts}, ','), ']}'))`;

export const polygonsJson = (loops: Sql) =>
  letIn({ _ax: polygonTexts(loops) }, gathered(sql`_ax`, 'Polygon', 'MultiPolygon'));

/** All polygons of an array of shapes. One that is no polygon is as a polygon without rings: it is not valid. */
export function polygonsInArray(array: Operand): Sql {
  const own = letIn(
    { _ax: polygonsOf(sql`_aw`) },
    sql`if(empty(_ax), [CAST([] AS ${ringsType})], _ax)`,
  );
  return sql`arrayFold((_aq, _aw) -> arrayConcat(_aq, ${own}), JSONExtractArrayRaw(${array}), CAST([] AS ${polygonsType}))`;
}

function union(array: Operand): Sql {
  const one = letIn(
    { _au: united(sql`if(_av, _at, arrayResize(_at, 0))`) },
    orNothing(sql`_av`, polygonsJson(sql`_au`)),
  );
  return letIn({ _at: polygonsInArray(array) }, letIn({ _av: areValid(sql`_at`) }, one));
}

function intersection(first: Operand, second: Operand): Sql {
  const points = sql`arrayMap(_aw -> concat('[', toString(_aw.1), ',', toString(_aw.2), ']'), arrayMap(_ac -> ${positionOf(sql`_ac`)}, _od))`;
  const parts = letIn(
    { _ax: points },
    sql`arrayFilter(_aw -> _aw != '', [${gathered(sql`_ax`, 'Point', 'MultiPoint')}, ${polygonsJson(sql`_ou`)}])`,
  );
  const whole = letIn(
    { _ao: parts },
    sql`multiIf(empty(_ao), ${emptyCollection}, length(_ao) = 1, _ao[1], concat('{"type":"GeometryCollection","geometries":[', arrayStringConcat(_ao, ','), ']}'))`,
  );
  const checked = (polygons: Sql) => sql`if(_av, ${polygons}, arrayResize(${polygons}, 0))`;
  return letIn(
    { _at: polygonsOf(first), _au: polygonsOf(second) },
    letIn(
      { _av: both(areValid(sql`_at`), areValid(sql`_au`)) },
      letIn(
        { _a1: checked(sql`_at`), _a2: checked(sql`_au`) },
        letIn(
          { _a3: apartLoops(sql`_a1`), _a4: apartLoops(sql`_a2`) },
          overlay(sql`_a3`, sql`_a4`, 'intersection', orNothing(sql`_av`, whole)),
        ),
      ),
    ),
  );
}

export const geoAreaFunctions = {
  geo_union_polygons_array: { doc: 'geo-union-polygons-array-function', emit: union },
  geo_intersection_2polygons: {
    doc: 'geo-intersection-2polygons-function',
    trap: 'areas that share a border are refused when the hunt runs',
    emit: intersection,
  },
} satisfies Record<string, ScalarFunction>;
