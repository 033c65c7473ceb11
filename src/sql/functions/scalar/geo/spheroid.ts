import { letIn } from '../../../let.js';
import type { Operand } from '../../../operand.js';
import { type Sql, sql } from '../../../sql.js';

/** WGS-84: half the axes in metres, and the flattening. */
const a = sql`6378137.`;
const b = sql`6356752.314245179`;
const f = sql`(1 / 298.257223563)`;

/** Rounds of Vincenty's iteration: a handful is enough but for places that are nearly opposite. */
const rounds = sql`100`;

/** What both the iteration and its result need, for the difference of longitudes on the auxiliary sphere `_vl`. */
function withAngles(body: Sql): Sql {
  const reduced = {
    _vs: sql`sqrt(pow(_vc2 * sin(_vl), 2) + pow(_vc1 * _vs2 - _vs1 * _vc2 * cos(_vl), 2))`,
    _vk: sql`(_vs1 * _vs2 + _vc1 * _vc2 * cos(_vl))`,
  };
  const turned = {
    _vg: sql`atan2(_vs, _vk)`,
    _vh: sql`if(_vs = 0, 0, _vc1 * _vc2 * sin(_vl) / _vs)`,
  };
  return letIn(
    reduced,
    letIn(
      turned,
      letIn(
        { _vq: sql`(1 - _vh * _vh)` },
        letIn({ _vm: sql`if(_vq < 1e-15, 0, _vk - 2 * _vs1 * _vs2 / _vq)` }, body),
      ),
    ),
  );
}

const next = withAngles(
  letIn(
    { _vf: sql`(${f} / 16 * _vq * (4 + ${f} * (4 - 3 * _vq)))` },
    sql`(_vd + (1 - _vf) * ${f} * _vh * (_vg + _vf * _vs * (_vm + _vf * _vk * (2 * _vm * _vm - 1))))`,
  ),
);

const length = withAngles(
  letIn(
    { _vu: sql`(_vq * (${a} * ${a} - ${b} * ${b}) / (${b} * ${b}))` },
    letIn(
      {
        _va: sql`(1 + _vu / 16384 * (4096 + _vu * (_vu * (320 - 175 * _vu) - 768)))`,
        _vb: sql`(_vu / 1024 * (256 + _vu * (_vu * (74 - 47 * _vu) - 128)))`,
      },
      sql`(${b} * _va * (_vg - _vb * _vs * (_vm + _vb / 4 * (_vk * (2 * _vm * _vm - 1) - _vb / 6 * _vm * (4 * _vs * _vs - 3) * (4 * _vm * _vm - 3)))))`,
    ),
  ),
);

const tooFar = "'Places that are nearly opposite to each other cannot be measured on the spheroid'";

/** Metres between two places along the spheroid, by Vincenty's formulae. */
export function spheroidDistance(lng1: Operand, lat1: Operand, lng2: Operand, lat2: Operand): Sql {
  const known = (value: Sql) => sql`ifNull(${value}, 0.)`;
  const latitude = (value: Operand) => sql`atan((1 - ${f}) * tan(radians(${known(value)})))`;
  const apart = sql`radians(positiveModulo(${known(lng2)} - ${known(lng1)} + 180, 360) - 180)`;
  const measured = letIn(
    { _vp: sql`arrayFold((_vl, _vi) -> ${next}, range(${rounds}), _vd)` },
    letIn(
      { _vl: sql`_vp`, _vn: letIn({ _vl: sql`_vp` }, next) },
      sql`if(throwIf(abs(_vn - _vl) > 1e-9, ${{ text: tooFar }}) = 0, ${length}, 0)`,
    ),
  );
  return letIn(
    { _ve: latitude(lat1), _vo: latitude(lat2), _vd: apart },
    letIn(
      {
        _vs1: sql`sin(_ve)`,
        _vc1: sql`cos(_ve)`,
        _vs2: sql`sin(_vo)`,
        _vc2: sql`cos(_vo)`,
      },
      measured,
    ),
  );
}
