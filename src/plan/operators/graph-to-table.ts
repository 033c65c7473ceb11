import { elements, type SyntaxNode, spanOf, textOf } from '../../kql/syntax.js';
import { newColumn, unsupported } from '../context.js';
import { asIs, callOf, columnNamed, graphNames, outOfGraph } from '../graph.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import { columnReference, type PlanAssignment } from '../plan.js';
import { useTable } from '../tables.js';

/** `G | graph-to-table nodes [with_node_id=Name]`, `edges [with_source_id=S] [with_target_id=T]` */
export const graphToTable: OperatorPlanner = (node, input, context) => {
  const outputs = elements<SyntaxNode>(node, 'OutputClause');
  const [output, second] = outputs;
  if (!input.graph || !output) throw unsupported(node, 'graph-to-table', 'its input is no graph');
  if (second)
    throw unsupported(second, 'graph-to-table with two tables', 'the hunting API returns one');
  const { graph } = input;
  const isNodes = /^\s*nodes\b/.test(textOf(output));
  const relation = useTable(isNodes ? graph.nodes : graph.edges, context);
  const visible = isNodes ? graph.nodeColumns : graph.edgeColumns;
  const hashed = (parameter: string, column: string): PlanAssignment[] => {
    const name = parameterText(output, parameter);
    if (name === undefined) return [];
    const id = columnReference(columnNamed(relation, column));
    return [
      {
        column: newColumn(context, name, 'long'),
        expression: callOf('hash', [id], 'long', spanOf(node)),
      },
    ];
  };
  const columns = [
    ...(isNodes
      ? hashed('with_node_id', graphNames.id)
      : [...hashed('with_source_id', graphNames.from), ...hashed('with_target_id', graphNames.to)]),
    ...asIs(visible.map((name) => columnNamed(relation, name))),
  ];
  const id = columnNamed(relation, isNodes ? graphNames.id : graphNames.from);
  return outOfGraph(graph, relation, columns, id);
};
