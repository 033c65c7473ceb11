import { letIn } from '../../../let.js';
import { type Sql, sql } from '../../../sql.js';
import { angle, cross, directions, dot, size } from './geometry.js';

export const loopsType = { text: 'Array(Array(Tuple(Float64, Float64, Float64)))' };

/** Whether a loop runs counterclockwise around the smaller side. */
export const isShell = (loop: Sql) =>
  letIn(
    {
      _am: sql`tuple(arraySum(_ac -> _ac.1, ${loop}), arraySum(_ac -> _ac.2, ${loop}), arraySum(_ac -> _ac.3, ${loop}))`,
    },
    sql`(arraySum((_ac, _ad) -> ${letIn(
      { _an: cross(sql`_ac`, sql`_ad`) },
      sql`if(${size(sql`_an`)} = 0, 0, ${dot(sql`_an`, sql`_am`)} * ${angle(sql`_ac`, sql`_ad`)} / ${size(sql`_an`)})`,
    )}, ${loop}, arrayRotateLeft(${loop}, 1)) > 0)`,
  );

/** A polygon's rings as loops: the shell counterclockwise, holes clockwise. */
export const loopsOf = (polygon: Sql) =>
  sql`arrayMap((_ar, _ai) -> ${letIn(
    { _al: directions(sql`arrayPopBack(_ar)`) },
    sql`if(${isShell(sql`_al`)} = (_ai = 1), _al, arrayReverse(_al))`,
  )}, ${polygon}, arrayEnumerate(${polygon}))`;
