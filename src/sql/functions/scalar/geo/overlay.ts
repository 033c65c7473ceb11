import { letIn } from '../../../let.js';
import { literal, type Sql, sql } from '../../../sql.js';
import { normal, normalized, shareEnd } from './edges.js';
import { angle, both, cross, dot, either, positionOf, scaled, sum } from './geometry.js';
import { insideRings } from './inside.js';

/**
 * Unions and intersections of areas. An area is its loops: lists of directions, without the first
 * again at the end, with the inside on the left. The result's loops begin and follow each other as
 * those of S2's boolean operations do. Names begin with `_o`.
 */

/** Radians within which two places are one: less than the noise of a cell's corners. */
const nearness = sql`1e-12`;

type Kind = 'union' | 'intersection';

/**
 * The loops' edges: from, to, number; for places on them, the normal of the edge's plane, and those of
 * the planes across its ends.
 */
function edges(loops: Sql, before: Sql): Sql {
  const pairs = sql`arrayFlatten(arrayMap(_ol -> arrayZip(_ol, arrayRotateLeft(_ol, 1)), ${loops}))`;
  const edge = letIn(
    { _on: normalized(normal(sql`_oe.1`, sql`_oe.2`)) },
    sql`tuple(_oe.1, _oe.2, _oi + ${before}, _on, ${cross(sql`_on`, sql`_oe.1`)}, ${cross(sql`_oe.2`, sql`_on`)})`,
  );
  return letIn({ _oz: pairs }, sql`arrayMap((_oe, _oi) -> ${edge}, _oz, arrayEnumerate(_oz))`);
}

/** The loops with each corner that is one of the others' as that. */
function snapped(loops: Sql, others: Sql): Sql {
  const apart = (axis: string) =>
    sql`abs(_oc.${{ text: axis }} - _of.${{ text: axis }}) < ${nearness}`;
  const same = sql`arrayFirstIndex(_of -> ${both(apart('1'), apart('2'), apart('3'))}, _oq)`;
  const corner = letIn({ _os: same }, sql`if(_os = 0, _oc, _oq[_os])`);
  return letIn(
    { _oq: sql`arrayFlatten(${others})` },
    sql`arrayMap(_ol -> arrayMap(_oc -> ${corner}, _ol), ${loops})`,
  );
}

/** Whether a place is on an edge between its ends. */
const isOn = (place: Sql, edge: Sql): Sql =>
  both(
    sql`${place} != ${edge}.1`,
    sql`${place} != ${edge}.2`,
    sql`abs(${dot(place, sql`${edge}.4`)}) <= ${nearness}`,
    sql`${dot(place, sql`${edge}.5`)} > 0`,
    sql`${dot(place, sql`${edge}.6`)} > 0`,
  );

const [edge, other] = [sql`_oe`, sql`_of`];

/** Whether the edge and the other cross with no end of one on the other. */
const crossFully = letIn(
  {
    _os: dot(sql`_oe.1`, sql`_of.4`),
    _ot: dot(sql`_oe.2`, sql`_of.4`),
    _ou: dot(sql`_of.1`, sql`_oe.4`),
    _ov: dot(sql`_of.2`, sql`_oe.4`),
  },
  both(
    sql`_os * _ot < 0`,
    sql`_ou * _ov < 0`,
    sql`_os * _ou < 0`,
    sql`NOT ${either(
      shareEnd(sql`_oe.1`, sql`_oe.2`, sql`_of.1`, sql`_of.2`),
      isOn(sql`_oe.1`, other),
      isOn(sql`_oe.2`, other),
      isOn(sql`_of.1`, edge),
      isOn(sql`_of.2`, edge),
    )}`,
  ),
);

/** Where they cross: computed from the first area's edge and the second's, so that both have the same numbers. */
function crossing(first: Sql, second: Sql): Sql {
  return letIn(
    { _oy: normalized(cross(sql`${first}.4`, sql`${second}.4`)) },
    sql`if(${dot(sql`_oy`, sum(sql`_oe.1`, sql`_oe.2`))} > 0, _oy, ${scaled(sql`_oy`, sql`-1`)})`,
  );
}

/** The edges in pieces, cut where others cross them or have a corner on them: from, to, number. */
function pieces(edgeList: Sql, others: Sql, place: Sql): Sql {
  const corners = sql`arrayFilter(_og -> ${isOn(sql`_og`, edge)}, arrayMap(_of -> _of.1, ${others}))`;
  const cuts = sql`arrayConcat(arrayMap(_of -> ${place}, arrayFilter(_of -> ${crossFully}, ${others})), ${corners})`;
  const inOrder = sql`arraySort(_og -> ${angle(sql`_oe.1`, sql`_og`)}, ${cuts})`;
  const cut = letIn(
    { _op: sql`arrayConcat([_oe.1], ${inOrder}, [_oe.2])` },
    sql`arrayMap(_ow -> tuple(_ow.1, _ow.2, _oe.3), arrayFilter(_ow -> _ow.1 != _ow.2, arrayZip(arrayPopBack(_op), arrayPopFront(_op))))`,
  );
  return sql`arrayFlatten(arrayMap(_oe -> ${cut}, ${edgeList}))`;
}

/** The loops as rings of positions. */
export const rings = (loops: Sql) =>
  sql`arrayMap(_ol -> arrayMap(_oc -> ${positionOf(sql`_oc`)}, arrayPushBack(_ol, _ol[1])), ${loops})`;

/** Those of one side's pieces that are not among the other's, by whether they are inside of it. */
function apart(own: Sql, others: Sql, otherRings: Sql, kind: Kind): Sql {
  const middle = sql`tuple(_ow.1.1 + _ow.2.1, _ow.1.2 + _ow.2.2, _ow.1.3 + _ow.2.3)`;
  const within = letIn(
    { _om: positionOf(middle) },
    insideRings(otherRings, sql`_om.1`, sql`_om.2`),
  );
  const isKept = kind === 'union' ? sql`NOT ${within}` : within;
  return sql`arrayFilter(_ow -> ${both(sql`NOT has(${others}, tuple(_ow.1, _ow.2))`, sql`NOT has(${others}, tuple(_ow.2, _ow.1))`, isKept)}, ${own})`;
}

const ends = (list: Sql) => sql`arrayMap(_ow -> tuple(_ow.1, _ow.2), ${list})`;

/** For each piece, the one that goes on from its end: the leftmost where there are several. */
function successors(list: Sql): Sql {
  const turn = letIn(
    { _on: cross(sql`_ow.1`, sql`_ow.2`), _oj: cross(sql`_ow.2`, sql`${list}[_oy].2`) },
    letIn(
      { _ok: cross(sql`_on`, sql`_oj`) },
      sql`atan2(${dot(sql`_ow.2`, sql`_ok`)}, ${dot(sql`_on`, sql`_oj`)})`,
    ),
  );
  const next = sql`arrayFilter((_oy, _ov) -> _ov.1 = _ow.2, arrayEnumerate(${list}), ${list})`;
  return sql`arrayMap(_ow -> ${letIn({ _ox: next }, sql`if(length(_ox) < 2, _ox[1], arrayReverseSort(_oy -> ${turn}, _ox)[1])`)}, ${list})`;
}

/**
 * Loops of pieces, as lists of their places in the list. One is closed as soon as the way returns to
 * any corner that it has passed.
 */
function walked(list: Sql): Sql {
  // The state: what follows each piece (0 once it is passed), the way so far, the loops found, where to go on.
  const [next, way, found, at] = [sql`_oa.1`, sql`_oa.2`, sql`_oa.3`, sql`_oa.4`];
  const here = sql`if(${next}[greatest(${at}, 1)] * ${at} != 0, ${at}, arrayFirstIndex(_oy -> _oy != 0, ${next}))`;
  const passed = sql`arrayMap((_oy, _ov) -> if(_ov = _oh, 0, _oy), ${next}, arrayEnumerate(${next}))`;
  const closing = sql`arrayFirstIndex(_oy -> ${list}[_oy].1 = ${list}[_oh].2, _or)`;
  const going = letIn(
    { _or: sql`arrayPushBack(${way}, _oh)` },
    letIn(
      { _ot: closing },
      sql`if(_ot = 0, tuple(${passed}, _or, ${found}, ${next}[_oh]), tuple(${passed}, arraySlice(_or, 1, _ot - 1), arrayPushBack(${found}, arraySlice(_or, _ot)), ${next}[_oh]))`,
    ),
  );
  const step = letIn({ _oh: sql`toUInt32(${here})` }, going);
  const type = 'Tuple(Array(UInt32), Array(UInt32), Array(Array(UInt32)), UInt32)';
  const start = sql`CAST(tuple(${successors(list)}, [], [], 0) AS ${{ text: type }})`;
  const state = sql`arrayFold((_oa, _ob) -> CAST(${step} AS ${{ text: type }}), range(length(${list})), ${start})`;
  return letIn(
    { _oa: state },
    sql`if(throwIf(notEmpty(${way}), ${literal('The outline of the areas does not close')}) = 0, ${found}, ${found})`,
  );
}

/** Each loop begins after the piece of the highest number, and the loops follow by where they begin. */
function inOrder(loops: Sql, list: Sql): Sql {
  const numbers = sql`arrayMap(_oy -> ${list}[_oy].3, _ol)`;
  const last = sql`arrayFirstIndex((_oy, _ov) -> ${both(sql`_oy = arrayMax(_on)`, sql`_ov != arrayMax(_on)`)}, _on, arrayPushBack(arrayPopFront(_on), 0))`;
  const turned = letIn({ _on: numbers }, sql`arrayRotateLeft(_ol, ${last})`);
  return sql`arraySort(_ol -> ${list}[_ol[1]].3, arrayMap(_ol -> ${turned}, ${loops}))`;
}

const sharedBack = literal('The intersection of areas that share a border is not supported');

/**
 * The body with two areas' union or intersection as the loops `_ou`, and their corners in common that
 * no loop passes as `_od`.
 */
export function overlay(first: Sql, second: Sql, kind: Kind, body: Sql): Sql {
  const both = sql`arrayFilter(_ow -> has(_o4, tuple(_ow.1, _ow.2)), _o1)`;
  const kept = sql`arrayConcat(${both}, ${apart(sql`_o1`, sql`_o4`, sql`_o6`, kind)}, ${apart(sql`_o2`, sql`_o3`, sql`_o5`, kind)})`;
  const back = sql`arrayExists(_ow -> has(_o4, tuple(_ow.2, _ow.1)), _o3)`;
  const checked =
    kind === 'union' ? kept : sql`if(throwIf(${back}, ${sharedBack}) = 0, ${kept}, _o1)`;
  const corners = (list: string) => sql`arrayMap(_ow -> _ow.1, ${{ text: list }})`;
  const alone = sql`arrayFilter(_oc -> NOT has(_oq, _oc), arrayIntersect(${corners('_o1')}, ${corners('_o2')}))`;
  const loops = letIn(
    { _o7: sql`arraySort(_ow -> _ow.3, ${checked})` },
    letIn(
      { _o8: inOrder(walked(sql`_o7`), sql`_o7`), _oq: corners('_o7') },
      letIn(
        {
          _ou: sql`arrayMap(_ol -> arrayMap(_oy -> _o7[_oy].1, _ol), _o8)`,
          _od: kind === 'union' ? sql`_oq` : alone,
        },
        body,
      ),
    ),
  );
  return letIn(
    { _oA: first, _oB: snapped(second, first) },
    letIn(
      {
        _oE: edges(sql`_oA`, sql`0`),
        _oF: edges(sql`_oB`, sql`length(arrayFlatten(_oA))`),
        _o5: rings(sql`_oA`),
        _o6: rings(sql`_oB`),
      },
      letIn(
        {
          _o1: pieces(sql`_oE`, sql`_oF`, crossing(edge, other)),
          _o2: pieces(sql`_oF`, sql`_oE`, crossing(other, edge)),
        },
        letIn({ _o3: ends(sql`_o1`), _o4: ends(sql`_o2`) }, loops),
      ),
    ),
  );
}
