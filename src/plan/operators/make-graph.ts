import {
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
} from '../../kql/syntax.js';
import { type PlanContext, rowOf, unsupported } from '../context.js';
import { edgesOf, type Graph, nodesOf } from '../graph.js';
import type { OperatorPlanner } from '../operator.js';
import type { PlanColumn, Relation } from '../plan.js';
import { findColumn } from '../scalar.js';

/** `Edges | make-graph Source --> Target with Nodes on Key, …`, or `with_node_id=Name` */
export const makeGraph: OperatorPlanner = (node, input, context) => {
  const partitioned = optionalMember<SyntaxNode>(node, 'PartitionedByClause');
  if (partitioned)
    throw unsupported(partitioned, 'make-graph partitioned-by', 'one graph is made of all edges');
  const source = columnOf(member(node, 'SourceColumn'), input);
  const target = columnOf(member(node, 'TargetColumn'), input);
  const edges = edgesOf(input, source, target, context);
  const clause = optionalMember<SyntaxNode>(node, 'WithClause');
  const given = elements<SyntaxNode>(clause, 'TablesAndKeys').map((pair) =>
    nodeTable(pair, context),
  );
  const isImplicit = clause && kindOf(clause) === 'MakeGraphWithImplicitIdClause';
  const idColumn = isImplicit
    ? { name: member(clause, 'Name').SimpleName ?? '', type: source.type }
    : undefined;
  const graph: Graph = {
    edges,
    edgeColumns: input.columns.map(({ name }) => name),
    nodes: nodesOf(given, edges, idColumn, context),
    nodeColumns: [
      ...new Set(given.flatMap(({ table }) => table.columns.map(({ name }) => name))),
      ...(idColumn ? [idColumn.name] : []),
    ],
  };
  return { ...input, graph };
};

function nodeTable(pair: SyntaxNode, context: PlanContext): { table: Relation; key: PlanColumn } {
  const table = context.plan.table(member(pair, 'Table'), context);
  return { table, key: columnOf(member(pair, 'Column'), table) };
}

function columnOf(node: Expression, relation: Relation): PlanColumn {
  const column = findColumn(rowOf(relation), node.SimpleName ?? '');
  if (!column)
    throw unsupported(node, `the column ${node.SimpleName}`, 'the table does not have it');
  return column;
}
