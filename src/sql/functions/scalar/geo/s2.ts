import { convert } from '../../../convert.js';
import type { Emitted, ScalarFunction } from '../../../functions.js';
import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { type Sql, sql } from '../../../sql.js';
import {
  all,
  direction,
  isPosition,
  orNothing,
  pointJson,
  polygonJson,
  positionOf,
  real,
} from './geometry.js';

/**
 * S2 cells: the faces of a cube around the sphere, divided in four again and again, and numbered along
 * a Hilbert curve. The engine has no functions for them in every build, so they are computed here.
 */

/** The place on the curve of each quarter, and the quarter of each place, by the curve's four turns. */
const placeOfQuarter = sql`[0, 1, 3, 2, 0, 3, 1, 2, 2, 3, 1, 0, 2, 1, 3, 0]`;
const quarterOfPlace = sql`[0, 1, 3, 2, 0, 2, 3, 1, 3, 2, 0, 1, 3, 1, 0, 2]`;
const turnOfPlace = sql`[1, 0, 0, 3]`;

const leaves = sql`1073741824`;

/** The token of the cell of a level at `i` and `j` of a face, counted in cells of that level. */
export function tokenAt(face: Sql, i: Sql, j: Sql, level: Sql): Sql {
  const quarter = sql`(2 * bitAnd(bitShiftRight(${i}, _sk), 1) + bitAnd(bitShiftRight(${j}, _sk), 1))`;
  const place = sql`toUInt64(${placeOfQuarter}[_sa.2 * 4 + ${quarter} + 1])`;
  const step = letIn(
    { _sp: place },
    sql`tuple(_sa.1 * 4 + _sp, bitXor(_sa.2, toUInt64(${turnOfPlace}[_sp + 1])))`,
  );
  const curve = sql`arrayFold((_sa, _sk) -> ${step}, arrayReverse(range(toUInt32(${level}))), tuple(toUInt64(0), toUInt64(bitAnd(${face}, 1)))).1`;
  const id = sql`(bitShiftLeft(toUInt64(${face}), 61) + bitShiftLeft(${curve}, 61 - 2 * ${level}) + bitShiftLeft(toUInt64(1), 60 - 2 * ${level}))`;
  return sql`trim(TRAILING '0' FROM leftPad(lower(hex(${id})), 16, '0'))`;
}

/** The face that a direction points through. */
const faceOf = (d: Sql) =>
  sql`multiIf(abs(${d}.1) > abs(${d}.2) AND abs(${d}.1) > abs(${d}.3), if(${d}.1 < 0, 3, 0), abs(${d}.2) > abs(${d}.3), if(${d}.2 < 0, 4, 1), if(${d}.3 < 0, 5, 2))`;

/** Where on its face, from -1 to 1 both ways. */
const onFace = (face: Sql, d: Sql) =>
  sql`multiIf(${face} = 0, tuple(${d}.2 / ${d}.1, ${d}.3 / ${d}.1), ${face} = 1, tuple(-${d}.1 / ${d}.2, ${d}.3 / ${d}.2), ${face} = 2, tuple(-${d}.1 / ${d}.3, -${d}.2 / ${d}.3), ${face} = 3, tuple(${d}.3 / ${d}.1, ${d}.2 / ${d}.1), ${face} = 4, tuple(${d}.3 / ${d}.2, -${d}.1 / ${d}.2), tuple(-${d}.2 / ${d}.3, -${d}.1 / ${d}.3))`;

export const offFace = (face: Sql, u: Sql, v: Sql) =>
  sql`multiIf(${face} = 0, tuple(1., ${u}, ${v}), ${face} = 1, tuple(-${u}, 1., ${v}), ${face} = 2, tuple(-${u}, -${v}, 1.), ${face} = 3, tuple(-1., -${v}, -${u}), ${face} = 4, tuple(${v}, -1., -${u}), tuple(${v}, ${u}, -1.))`;

/** From -1 to 1, to 0 to 1: cells of a level have nearly the same size by it. */
const evened = (u: Sql) =>
  sql`if(${u} >= 0, 0.5 * sqrt(1 + 3 * abs(${u})), 1 - 0.5 * sqrt(1 + 3 * abs(${u})))`;
export const unevened = (s: Sql) =>
  sql`if(${s} >= 0.5, (4 * ${s} * ${s} - 1) / 3, (1 - 4 * (1 - ${s}) * (1 - ${s})) / 3)`;

const leafOf = (s: Sql) => sql`toUInt64(greatest(0., least(1073741823., floor(${s} * ${leaves}))))`;

function toCell(lng: Operand, lat: Operand, level?: Operand): Sql {
  const [x, y] = [real(lng), real(lat)];
  const wanted = level ? convert(level, 'long') : sql`11`;
  const valid = all(isPosition(x, y), sql`${wanted} BETWEEN 0 AND 30`);
  const cell = (axis: '1' | '2') =>
    sql`bitShiftRight(${leafOf(evened(sql`_su.${{ text: axis }}`))}, 30 - _sl)`;
  const token = letIn(
    {
      _sd: direction(sql`ifNull(${x}, 0.)`, sql`ifNull(${y}, 0.)`),
      _sl: sql`toUInt8(if(ifNull(${valid}, false), ifNull(${wanted}, 0), 0))`,
    },
    letIn(
      { _sf: faceOf(sql`_sd`) },
      letIn(
        { _su: onFace(sql`_sf`, sql`_sd`) },
        letIn({ _si: cell('1'), _sj: cell('2') }, tokenAt(sql`_sf`, sql`_si`, sql`_sj`, sql`_sl`)),
      ),
    ),
  );
  return sql`ifNull(if(${valid}, ${token}, ''), '')`;
}

/** The body with a cell's face, level, and place in cells of its level: `_sf` `_sl` `_si` `_sj`; `_sv`: it is one. */
function withCell(token: Operand, body: Sql): Sql {
  const isHex = sql`match(${token}, '^[0-9a-fA-F]{1,16}$')`;
  const id = sql`reinterpretAsUInt64(reverse(unhex(rightPad(if(${isHex}, ${token}, '1'), 16, '0'))))`;
  const zeros = sql`bitCount(bitAnd(_sc, bitNot(_sc) + 1) - 1)`;
  const place = sql`bitAnd(bitShiftRight(_sc, 61 - 2 * _sk), 3)`;
  const quarter = sql`toUInt64(${quarterOfPlace}[_sa.3 * 4 + _sp + 1])`;
  const step = letIn(
    { _sp: place },
    letIn(
      { _sq: quarter },
      sql`tuple(_sa.1 * 2 + intDiv(_sq, 2), _sa.2 * 2 + _sq % 2, bitXor(_sa.3, toUInt64(${turnOfPlace}[_sp + 1])))`,
    ),
  );
  const walk = sql`arrayFold((_sa, _sk) -> ${step}, range(1, toUInt32(_sl) + 1), tuple(toUInt64(0), toUInt64(0), toUInt64(bitAnd(_sf, 1))))`;
  return letIn(
    { _sc: id },
    letIn(
      {
        _sf: sql`bitShiftRight(_sc, 61)`,
        _sz: zeros,
        _sv: sql`(${isHex} AND _sc != 0 AND bitShiftRight(_sc, 61) < 6 AND ${zeros} % 2 = 0 AND ${zeros} <= 60)`,
      },
      letIn(
        { _sl: sql`if(_sv, toUInt8(30 - intDiv(_sz, 2)), toUInt8(0))` },
        letIn({ _sw: walk }, letIn({ _si: sql`_sw.1`, _sj: sql`_sw.2` }, body)),
      ),
    ),
  );
}

/** The position so far through the cell, from 0 to 1 both ways. */
function inCell(i: string, j: string): Sql {
  const uv = (place: string, shift: string) =>
    unevened(sql`((${{ text: place }} + ${{ text: shift }}) / exp2(_sl))`);
  return positionOf(
    letIn({ _sx: uv('_si', i), _sy: uv('_sj', j) }, offFace(sql`_sf`, sql`_sx`, sql`_sy`)),
  );
}

const corners = sql`[${inCell('0', '0')}, ${inCell('1', '0')}, ${inCell('1', '1')}, ${inCell('0', '1')}, ${inCell('0', '0')}]`;

/** The eight cells around, over the face's edge too. */
function neighbors(cell: Operand): Sql {
  const steps = sql`[(-1, -1), (1, -1), (0, -1), (0, 1), (-1, 0), (1, 0), (-1, 1), (1, 1)]`;
  const size = sql`toInt64(exp2(_sl))`;
  const [i, j] = [sql`(toInt64(_si) + _st.1)`, sql`(toInt64(_sj) + _st.2)`];
  const isInside = sql`(${i} BETWEEN 0 AND ${size} - 1 AND ${j} BETWEEN 0 AND ${size} - 1)`;
  // Just over the edge the flat face still points at the right place of the next one.
  const flat = (place: Sql) =>
    sql`greatest(-1.0000000001, least(1.0000000001, 2 * ((${place} + 0.5) / ${size}) - 1))`;
  const wrapped = (axis: '1' | '2') =>
    sql`bitShiftRight(${leafOf(sql`(0.5 * (_su.${{ text: axis }} + 1))`)}, 30 - _sl)`;
  const outside = letIn(
    { _sd: offFace(sql`_sf`, flat(i), flat(j)) },
    letIn(
      { _sg: faceOf(sql`_sd`) },
      letIn(
        { _su: onFace(sql`_sg`, sql`_sd`) },
        letIn(
          { _so: wrapped('1'), _sr: wrapped('2') },
          tokenAt(sql`_sg`, sql`_so`, sql`_sr`, sql`_sl`),
        ),
      ),
    ),
  );
  const inside = letIn(
    { _so: sql`toUInt64(greatest(${i}, 0))`, _sr: sql`toUInt64(greatest(${j}, 0))` },
    tokenAt(sql`_sf`, sql`_so`, sql`_sr`, sql`_sl`),
  );
  const tokens = sql`arrayDistinct(arrayMap(_st -> if(${isInside}, ${inside}, ${outside}), ${steps}))`;
  const list = sql`concat('["', arrayStringConcat(${tokens}, '","'), '"]')`;
  return withCell(cell, orNothing(sql`_sv`, list));
}

const shown =
  (body: Sql) =>
  (cell: Operand): Emitted =>
    withCell(cell, orNothing(sql`_sv`, body));

export const s2Functions = {
  geo_point_to_s2cell: {
    doc: 'geo-point-to-s2cell-function',
    emit: toCell,
    examples: [
      ['geo_point_to_s2cell(-80.195829, 25.802215, 8)', '88d9b'],
      ['geo_point_to_s2cell(300, 1, 8)', ''],
    ],
  },
  geo_s2cell_to_central_point: {
    doc: 'geo-s2cell-to-central-point-function',
    emit: shown(pointJson(inCell('0.5', '0.5'))),
    examples: [
      ['round(toreal(geo_s2cell_to_central_point("1234567").coordinates[0]), 9)', '9.868307319'],
    ],
  },
  geo_s2cell_to_polygon: {
    doc: 'geo-s2cell-to-polygon-function',
    emit: shown(polygonJson(corners)),
    examples: [['array_length(geo_s2cell_to_polygon("89c259").coordinates[0])', '5']],
  },
  geo_s2cell_neighbors: {
    doc: 'geo-s2cell-neighbors-function',
    emit: neighbors,
    examples: [
      [
        'array_sort_asc(geo_s2cell_neighbors("89c259"))',
        '["89c251","89c257","89c25b","89c25d","89c25f","89c2f5","89c2f7","89c2f9"]',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
