import {
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
} from '../../kql/syntax.js';
import { newColumn, type PlanContext, rowOf, unsupported } from '../context.js';
import {
  edgesOf,
  type Graph,
  type NodeTable,
  nodesOf,
  partitionedIds,
  plainIds,
} from '../graph.js';
import type { OperatorPlanner } from '../operator.js';
import { inParts, stagesOf } from '../parts.js';
import type { PlanColumn, Relation } from '../plan.js';
import { findColumn } from '../scalar.js';

/**
 * `Edges | make-graph Source --> Target with Nodes on Key, …`, or `with_node_id=Name`; behind it perhaps
 * `partitioned-by Column (graph-match … | …)`, which makes a graph for each of the column's values.
 */
export const makeGraph: OperatorPlanner = (node, input, context) => {
  const source = columnOf(member(node, 'SourceColumn'), input);
  const target = columnOf(member(node, 'TargetColumn'), input);
  const clause = optionalMember<SyntaxNode>(node, 'PartitionedByClause');
  const partition = clause && columnOf(member(clause, 'Entity'), input);
  const ids = partition ? partitionedIds : plainIds;
  const edges = edgesOf(input, source, target, ids, partition, context);
  const withClause = optionalMember<SyntaxNode>(node, 'WithClause');
  const given = elements<SyntaxNode>(withClause, 'TablesAndKeys').map((pair) =>
    nodeTable(pair, partition && member(clause, 'Entity'), context),
  );
  const isImplicit = withClause && kindOf(withClause) === 'MakeGraphWithImplicitIdClause';
  const idColumn = isImplicit
    ? { name: member(withClause, 'Name').SimpleName ?? '', type: source.type }
    : undefined;
  const graph: Graph = {
    edges,
    edgeColumns: input.columns.map(({ name }) => name),
    nodes: nodesOf(given, edges, idColumn, ids, context),
    nodeColumns: [
      ...new Set(given.flatMap(({ table }) => table.columns.map(({ name }) => name))),
      ...(idColumn ? [idColumn.name] : []),
    ],
    ...(partition && { partition: newColumn(context, partition.name, partition.type) }),
  };
  if (!clause || !graph.partition) return { ...input, graph };
  const inner = { ...context, partition: [...context.partition, graph.partition] };
  const [first, ...stages] = stagesOf(member(clause, 'Subquery'));
  if (!first) throw unsupported(clause, 'an empty subquery', 'it has no graph operator');
  let result = context.plan.table(first, inner, { ...input, graph });
  while (result.graph && stages.length > 0) {
    const next = stages.shift();
    if (next) result = context.plan.table(next, inner, result);
  }
  return inParts(stages, result, 'partitioned-by', inner);
};

function nodeTable(
  pair: SyntaxNode,
  partition: Expression | undefined,
  context: PlanContext,
): NodeTable {
  const table = context.plan.table(member(pair, 'Table'), context);
  const key = columnOf(member(pair, 'Column'), table);
  return { table, key, partition: partition && columnOf(partition, table) };
}

function columnOf(node: Expression, relation: Relation): PlanColumn {
  const column = findColumn(rowOf(relation), node.SimpleName ?? '');
  if (!column)
    throw unsupported(node, `the column ${node.SimpleName}`, 'the table does not have it');
  return column;
}
