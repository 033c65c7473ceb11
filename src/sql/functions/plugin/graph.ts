import { unlessFailing } from '../../fail.js';
import type { ScalarFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import type { Operand } from '../../operand.js';
import { literal, type Sql, sql } from '../../sql.js';

/** Both run in one step that cannot be interrupted: so many pairs of a node and an edge, so many nodes. */
const mostWork = 200_000_000;
const mostStrongNodes = 500;

/** Nodes of one component have the same label: the place of its first node. Edges relabel one after the other. */
const weakLabels = sql`arrayFold((_a, _p) -> if(_a[_p.1] = _a[_p.2], _a, arrayMap(_x -> if(_x = greatest(_a[_p.1], _a[_p.2]), least(_a[_p.1], _a[_p.2]), _x), _a)), _p, arrayEnumerate(_n))`;

/** For each node the nodes that it reaches, as a row of 0 and 1: paths through one node more at a time. */
const reached = sql`arrayFold((_a, _k) -> arrayMap(_r -> if(_r[_k] = 1, arrayMap((_x, _y) -> bitOr(_x, _y), _r, _a[_k]), _r), _a), arrayEnumerate(_n), arrayMap(_i -> arrayMap(_j -> toUInt8(_i = _j OR has(_p, (_i, _j))), arrayEnumerate(_n)), arrayEnumerate(_n)))`;
const strongLabels = letIn(
  { _m: reached },
  sql`arrayMap(_i -> arrayFirst(_j -> _m[_i][_j] = 1 AND _m[_j][_i] = 1, arrayEnumerate(_n)), arrayEnumerate(_n))`,
);

/** Components numbered from 0, in the order of the nodes. */
function numbered(nodes: Operand, edges: Operand, labels: Sql, tooMany: Sql): Sql {
  const places = sql`arrayDistinct(arrayMap(_x -> (toUInt32(indexOf(_n, _x[1])), toUInt32(indexOf(_n, _x[2]))), _e))`;
  const checked = unlessFailing(
    tooMany,
    'graph-mark-components: the graph has too many nodes and edges',
    sql`_e`,
    sql`CAST([] AS Array(Array(String)))`,
  );
  return letIn(
    {
      _n: sql`JSONExtract(${nodes}, 'Array(String)')`,
      _e: sql`arrayMap(_x -> JSONExtract(_x, 'Array(String)'), JSONExtract(${edges}, 'Array(String)'))`,
    },
    letIn(
      { _e: checked },
      letIn(
        { _p: places },
        letIn(
          { _l: labels },
          sql`arrayMap(_x -> toString(indexOf(arraySort(arrayDistinct(_l)), _x) - 1), _l)`,
        ),
      ),
    ),
  );
}

/** What the operators on graphs need of the engine that no function of KQL gives. */
export const graphFunctions = {
  /** Of the nodes, a list of ids, the component of each by the edges, a list of JSON texts of pairs of ids. */
  weak_components: {
    doc: 'graph-mark-components-operator',
    emit: (nodes: Operand, edges: Operand) =>
      numbered(
        nodes,
        edges,
        weakLabels,
        sql`length(_n) * length(_e) > ${{ text: String(mostWork) }}`,
      ),
  },
  strong_components: {
    doc: 'graph-mark-components-operator',
    emit: (nodes: Operand, edges: Operand) =>
      numbered(nodes, edges, strongLabels, sql`length(_n) > ${{ text: String(mostStrongNodes) }}`),
  },
  /** The elements of a list of texts. */
  listed: {
    doc: 'graph-mark-components-operator',
    emit: (list: Operand) => sql`JSONExtract(${list}, 'Array(String)')`,
  },
  /** Both lists are of at least one value and were made by the plan: their texts need no reading. */
  path_and: {
    doc: 'graph-match-operator',
    nullable: 'never',
    emit: (path: Operand, step: Operand): Sql =>
      sql`concat(substring(${path}, 1, length(${path}) - 1), ',', substring(${step}, 2))`,
  },
  /** The JSON text of a list that was made by the plan. */
  list_text: { doc: 'make-graph-operator', nullable: 'never', emit: (list: Operand) => list },
  path_has: {
    doc: 'graph-match-operator',
    nullable: 'never',
    emit: (path: Operand, id: Operand): Sql => {
      const type = literal(id.type === 'string' ? 'Array(String)' : 'Array(Int64)');
      return sql`has(JSONExtract(${path}, ${type}), ${id})`;
    },
  },
} satisfies Record<string, ScalarFunction>;
