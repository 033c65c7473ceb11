import { convert } from '../../../convert.js';
import type { ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { literal, type Sql, sql } from '../../../sql.js';
import { crosses, nearest, normalized } from './edges.js';
import {
  all,
  angle,
  areLines,
  arePolygons,
  both,
  cross,
  directions,
  dot,
  earthRadius,
  edgesOf,
  either,
  linesOf,
  orNothing,
  polygonsOf,
  positionOf,
  real,
} from './geometry.js';
import { inside } from './inside.js';
import { offFace, tokenAt, unevened } from './s2.js';

/**
 * S2 cells of one level that cover a shape: each face of the cube is divided as long as edges of the
 * shape meet it, and each part knows only the edges that meet it. Names begin with `_k`.
 */

const vector = 'Tuple(Float64, Float64, Float64)';
const edgeList = `Array(Tuple(${vector}, ${vector}))`;
/** Face, place, the edges near the cell, and whether its middle is inside of the shape. */
const borderType = `Array(Tuple(UInt8, UInt64, UInt64, ${edgeList}, Bool))`;
/** Face, place and level of cells that no edge meets. */
const wholeType = 'Array(Tuple(UInt8, UInt64, UInt64, UInt8))';
const stateType = { text: `Tuple(${borderType}, ${wholeType})` };

const mostCells = sql`65536`;
/** Edges, each counted in every cell that it meets, that one level may have. */
const mostEdges = 2_000_000;

/** About the middle, and on no line through corners of cells, where shapes like to have theirs. */
const halves = [sql`0.4873`, sql`0.5217`] as const;
/** Wider than what computing a corner is wrong by: cells that an edge only touches belong to the cover. */
const slack = sql`3e-15`;

const at = (face: Sql, i: Sql, j: Sql, level: Sql) =>
  normalized(
    letIn(
      { _kx: unevened(sql`(${i} / exp2(${level}))`), _ky: unevened(sql`(${j} / exp2(${level}))`) },
      offFace(face, sql`_kx`, sql`_ky`),
    ),
  );

const cornerList = (face: Sql, i: Sql, j: Sql, level: Sql) =>
  sql`[${at(face, i, j, level)}, ${at(face, sql`(${i} + 1)`, j, level)}, ${at(face, sql`(${i} + 1)`, sql`(${j} + 1)`, level)}, ${at(face, i, sql`(${j} + 1)`, level)}]`;

/** Normals of a cell's sides, to its inside. */
const sides = sql`arrayMap((_ka, _kb) -> ${normalized(cross(sql`_ka`, sql`_kb`))}, _kc, arrayRotateLeft(_kc, 1))`;

/** Whether the edge `_ke` has a part in the cell with the sides `_kn`: what is left of it behind each of them. */
const meetsCell = letIn(
  {
    _kf: sql`arrayMap(_ks -> ${letIn(
      {
        _ka: sql`(${dot(sql`_ks`, sql`_ke.1`)} + ${slack})`,
        _kb: sql`(${dot(sql`_ks`, sql`_ke.2`)} + ${slack})`,
      },
      sql`multiIf(_kb > _ka, tuple(-_ka / (_kb - _ka), 1.), _kb < _ka, tuple(0., _ka / (_ka - _kb)), tuple(if(_ka < 0, 2., 0.), 1.))`,
    )}, _kn)`,
  },
  sql`(greatest(0., arrayMax(_ks -> _ks.1, _kf)) <= least(1., arrayMin(_ks -> _ks.2, _kf)))`,
);

const apart = (point: Sql, from: Sql, to: Sql) => angle(nearest(point, from, to), point);

/** Whether the edge is no farther from the cell than the radius `_kr`. */
const isNear = either(
  meetsCell,
  sql`arrayExists(_ks -> ${sql`(${apart(sql`_ks`, sql`_ke.1`, sql`_ke.2`)} <= _kr)`}, _kc)`,
  sql`arrayExists((_ka, _kb) -> ${either(
    sql`(${apart(sql`_ke.1`, sql`_ka`, sql`_kb`)} <= _kr)`,
    sql`(${apart(sql`_ke.2`, sql`_ka`, sql`_kb`)} <= _kr)`,
  )}, _kc, arrayRotateLeft(_kc, 1))`,
);

/** The part `_kj` of a cell's four at the level `_kl`. */
function part(wide: boolean): Sql {
  const [x, y] = [sql`(2 * _kb.2 + _kj.1)`, sql`(2 * _kb.3 + _kj.2)`];
  const middle = (i: Sql, j: Sql, level: Sql) =>
    at(sql`_kb.1`, sql`(${i} + ${halves[0]})`, sql`(${j} + ${halves[1]})`, level);
  const turns = sql`arrayCount(_ke -> ${crosses(sql`_kp`, sql`_kq`, sql`_ke.1`, sql`_ke.2`)}, _kb.4)`;
  return letIn(
    {
      _kc: cornerList(sql`_kb.1`, x, y, sql`_kl`),
      _kp: middle(sql`_kb.2`, sql`_kb.3`, sql`(_kl - 1)`),
      _kq: middle(x, y, sql`_kl`),
    },
    letIn(
      { _kn: sides },
      sql`tuple(_kb.1, ${x}, ${y}, arrayFilter(_ke -> ${wide ? isNear : meetsCell}, _kb.4), _kb.5 != (${turns} % 2 = 1))`,
    ),
  );
}

/** Cells at the level that the cover has so far. */
const counted = (state: Sql, level: Sql) =>
  sql`(length(${state}.1) + arraySum(_kw -> pow(4, ${level} - _kw.4), ${state}.2))`;

/** The tokens of a shape's cover at the level `_kz`; `_kg` its edges, `_ko` its polygons. None where there are too many. */
function cover(wide: boolean): Sql {
  const quarters = sql`arrayFlatten(arrayMap(_kb -> arrayMap(_kj -> ${part(wide)}, [(0, 0), (0, 1), (1, 0), (1, 1)]), _ka.1))`;
  const sorted = (cells: Sql, whole: Sql, level: Sql) =>
    sql`tuple(arrayFilter(_kb -> notEmpty(_kb.4), ${cells}), arrayConcat(${whole}, arrayMap(_kb -> tuple(_kb.1, _kb.2, _kb.3, ${level}), arrayFilter(_kb -> ${both(sql`empty(_kb.4)`, sql`_kb.5`)}, ${cells}))))`;
  const tooMany = literal(`A cover that tests more than ${mostEdges} edges of cells is too much`);
  const work = sql`throwIf(arraySum(_kb -> length(_kb.4), _ka.1) > ${{ text: String(mostEdges) }}, ${tooMany})`;
  const next = letIn(
    { _kl: sql`toUInt8(_kk)` },
    letIn({ _kd: quarters }, sorted(sql`_kd`, sql`_ka.2`, sql`_kl`)),
  );
  const step = sql`multiIf(${work} != 0, _ka, ${counted(sql`_ka`, sql`_kk`)} > ${mostCells}, _ka, CAST(${next} AS ${stateType}))`;
  const faces = sql`arrayMap(_kb -> tuple(_kb, 0, 0, _kg, ${letIn(
    { _kp: positionOf(at(sql`_kb`, halves[0], halves[1], sql`0`)) },
    inside(sql`_ko`, sql`_kp.1`, sql`_kp.2`),
  )}), range(6))`;
  const state = sql`arrayFold((_ka, _kk) -> ${step}, range(1, toUInt32(_kz) + 1), CAST(tuple(${faces}, []) AS ${stateType}))`;
  // Cells that no edge meets are divided at once: as many parts as the levels between ask for.
  const divided = sql`arrayMap(_kk -> ${letIn(
    { _ks: sql`toUInt64(exp2(_kz - _kw.4))` },
    sql`tuple(_kw.1, _kw.2 * _ks + intDiv(_kk, _ks), _kw.3 * _ks + _kk % _ks)`,
  )}, range(toUInt32(pow(4, _kz - _kw.4))))`;
  const cells = sql`arrayConcat(arrayMap(_kb -> tuple(_kb.1, _kb.2, _kb.3), _kt.1), arrayFlatten(arrayMap(_kw -> ${divided}, _kt.2)))`;
  const tokens = sql`arraySort(arrayMap(_kb -> ${letIn(
    { _k1: sql`_kb.1`, _k2: sql`toUInt64(_kb.2)`, _k3: sql`toUInt64(_kb.3)` },
    tokenAt(sql`_k1`, sql`_k2`, sql`_k3`, sql`_kz`),
  )}, ${cells}))`;
  return letIn(
    { _kt: state },
    sql`if(${counted(sql`_kt`, sql`_kz`)} > ${mostCells}, CAST([] AS Array(String)), ${tokens})`,
  );
}

/** The cover of a shape; its rings or lines are `_kg` at first. */
function covered(
  shape: { readonly polygons: Sql; readonly lists: Sql; readonly valid: Sql },
  level: Operand | undefined,
  radius: Operand | undefined,
): Sql {
  const wanted = level ? convert(level, 'long') : sql`11`;
  const meters = radius ? real(radius) : sql`0.`;
  const wide = radius !== undefined && radius.constant?.value !== 0;
  const valid = all(
    shape.valid,
    sql`ifNull(${wanted} BETWEEN 0 AND 30, false)`,
    sql`ifNull(${meters} >= 0 AND ${meters} < 1e7, false)`,
  );
  const list = letIn(
    { _kt: cover(wide) },
    sql`if(empty(_kt), '', concat('["', arrayStringConcat(_kt, '","'), '"]'))`,
  );
  return letIn(
    { _ko: shape.polygons },
    letIn(
      { _kv: valid, _kg: edgesOf(sql`arrayMap(_km -> ${directions(sql`_km`)}, ${shape.lists})`) },
      letIn(
        {
          _kg: sql`if(_kv, _kg, arrayResize(_kg, 0))`,
          _kz: sql`toUInt8(if(_kv, ifNull(${wanted}, 0), 0))`,
          _kr: sql`(ifNull(${meters}, 0.) / ${earthRadius})`,
        },
        orNothing(sql`_kv`, list),
      ),
    ),
  );
}

const noRings = sql`CAST([] AS Array(Array(Tuple(Float64, Float64))))`;
const noPolygons = sql`CAST([] AS Array(Array(Array(Tuple(Float64, Float64)))))`;

export const cellCoverFunctions = {
  geo_polygon_to_s2cells: {
    doc: 'geo-polygon-to-s2cells-function',
    emit: (polygon: Operand, level?: Operand, radius?: Operand) =>
      covered(
        {
          polygons: polygonsOf(polygon),
          lists: sql`arrayFold((_kc, _ky) -> arrayConcat(_kc, _ky), _ko, ${noRings})`,
          valid: arePolygons(sql`_ko`),
        },
        level,
        radius,
      ),
    examples: [
      [
        'geo_polygon_to_s2cells(dynamic({"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}), 5)',
        '["1004"]',
      ],
    ],
  },
  geo_line_to_s2cells: {
    doc: 'geo-line-to-s2cells-function',
    emit: (line: Operand, level?: Operand, radius?: Operand) =>
      letIn(
        { _ki: linesOf(line) },
        covered(
          { polygons: noPolygons, lists: sql`_ki`, valid: areLines(sql`_ki`) },
          level,
          radius,
        ),
      ),
  },
} satisfies Record<string, ScalarFunction>;
