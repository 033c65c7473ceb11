import { letIn } from '../../../let.js';
import { type Sql, sql } from '../../../sql.js';
import { angle, both, cross, dot, either, scaled, size, sum } from './geometry.js';

/** Edges of great circles between directions. Parameters are names, or short. */

/** The vector with the length one. */
export const normalized = (vector: Sql) =>
  letIn({ _en: vector }, scaled(sql`_en`, sql`(1 / ${size(sql`_en`)})`));

/** A normal of the edge's plane, exact for short edges too, whose ends' product loses digits. */
export const normal = (a: Sql, b: Sql) =>
  letIn({ _eu: sum(a, b), _ev: sum(b, scaled(a, sql`-1`)) }, cross(sql`_eu`, sql`_ev`));

/** The place of the edge from `a` to `b` that is nearest to `p`. */
export function nearest(p: Sql, a: Sql, b: Sql): Sql {
  const n = sql`_em`;
  const foot = normalized(
    letIn(
      { _ek: sql`(${dot(p, n)} / ${dot(n, n)})` },
      sql`tuple(${p}.1 - _em.1 * _ek, ${p}.2 - _em.2 * _ek, ${p}.3 - _em.3 * _ek)`,
    ),
  );
  const beside = letIn(
    { _eo: cross(n, a), _eq: cross(b, n) },
    both(sql`${dot(sql`_eo`, p)} >= 0`, sql`${dot(sql`_eq`, p)} >= 0`),
  );
  const end = sql`if(${dot(p, a)} >= ${dot(p, b)}, ${a}, ${b})`;
  return letIn({ _em: cross(a, b) }, sql`if(${beside}, ${foot}, ${end})`);
}

/** Radians from `p` to the nearest of the edges, and that edge's place and number. */
export function nearestOf(edges: Sql, p: Sql): Sql {
  const place = letIn(
    { _eb: nearest(p, sql`_ee.1`, sql`_ee.2`) },
    sql`tuple(${angle(sql`_eb`, p)}, _eb, _ei)`,
  );
  const all = sql`arrayMap((_ee, _ei) -> ${place}, ${edges}, arrayEnumerate(${edges}))`;
  return sql`arraySort(_es -> _es.1, ${all})[1]`;
}

/** Radians along all edges. */
export const lengthOf = (edges: Sql) =>
  sql`arraySum(_ee -> ${angle(sql`_ee.1`, sql`_ee.2`)}, ${edges})`;

/** Whether the edges cross, or meet at an end. */
export function meets(a: Sql, b: Sql, c: Sql, d: Sql): Sql {
  return either(shareEnd(a, b, c, d), crosses(a, b, c, d));
}

/** Whether edges have an end in common. */
export const shareEnd = (a: Sql, b: Sql, c: Sql, d: Sql): Sql =>
  either(sql`${a} = ${c}`, sql`${a} = ${d}`, sql`${b} = ${c}`, sql`${b} = ${d}`);

/** Whether the edges cross between their ends. */
export function crosses(a: Sql, b: Sql, c: Sql, d: Sql): Sql {
  return letIn(
    { _ex: cross(a, b), _ey: cross(c, d) },
    letIn(
      {
        _e1: sql`(-${dot(sql`_ex`, c)})`,
        _e2: dot(sql`_ex`, d),
        _e3: sql`(-${dot(sql`_ey`, b)})`,
        _e4: dot(sql`_ey`, a),
      },
      both(sql`_e1 * _e2 > 0`, sql`_e1 * _e3 > 0`, sql`_e1 * _e4 > 0`),
    ),
  );
}

/** Where two edges that cross do so. */
export function crossing(a: Sql, b: Sql, c: Sql, d: Sql): Sql {
  const point = letIn(
    { _ex: normal(a, b), _ey: normal(c, d) },
    normalized(cross(sql`_ex`, sql`_ey`)),
  );
  return letIn(
    { _ez: point },
    sql`if(${dot(sql`_ez`, sum(a, b))} > 0, _ez, ${scaled(sql`_ez`, sql`-1`)})`,
  );
}

/** Whether any of one side's edges meets any of the other's. */
export const anyMeet = (edges: Sql, others: Sql) =>
  sql`arrayExists(_ef -> arrayExists(_eg -> ${meets(sql`_ef.1`, sql`_ef.2`, sql`_eg.1`, sql`_eg.2`)}, ${others}), ${edges})`;

/** The pieces into which others cut an edge: pairs of places, from its start to its end. */
export function piecesOf(edge: Sql, others: Sql): Sql {
  const [a, b] = [sql`${edge}.1`, sql`${edge}.2`];
  const [c, d] = [sql`_eg.1`, sql`_eg.2`];
  const cuts = sql`arrayMap(_eg -> ${crossing(a, b, c, d)}, arrayFilter(_eg -> ${crosses(a, b, c, d)}, ${others}))`;
  const inOrder = sql`arraySort(_ec -> ${angle(a, sql`_ec`)}, ${cuts})`;
  return letIn(
    { _ep: sql`arrayConcat([${a}], ${inOrder}, [${b}])` },
    sql`arrayFilter(_ew -> _ew.1 != _ew.2, arrayZip(arrayPopBack(_ep), arrayPopFront(_ep)))`,
  );
}
