import {
  callsIn,
  type Expression,
  elements,
  member,
  type SyntaxNode,
  spanOf,
} from '../../kql/syntax.js';
import { Builder, zero } from '../builder.js';
import { type PlanContext, type TableVariable, unsupported } from '../context.js';
import { columnNamed, endsOf, type Graph, graphNames, noLabels, withDegree } from '../graph.js';
import type { OperatorPlanner } from '../operator.js';
import type { PlanColumn, PlanExpression, Relation } from '../plan.js';
import { planScalar } from '../scalar.js';
import { tableVariable, useTable } from '../tables.js';

/** `G | graph-where-nodes Condition`: the nodes that meet it, and the edges between two of them. */
export const graphWhereNodes: OperatorPlanner = (node, input, context) => {
  const graph = graphOf(node, input);
  const build = new Builder(context, spanOf(node));
  const condition = member(node, 'Condition');
  let nodes = useTable(graph.nodes, context);
  const all = nodes.columns;
  const id = columnNamed(nodes, graphNames.id);
  const degrees = new Map<string, PlanColumn>();
  for (const call of callsIn(condition).filter(isWithoutArguments)) {
    const name = nameOf(call);
    const wider = degrees.has(name)
      ? undefined
      : withDegree(name, nodes, id, graph, build, context);
    if (!wider) continue;
    nodes = wider.relation;
    degrees.set(name, wider.count);
  }
  const intercept = (call: Expression, name: string): PlanExpression | undefined => {
    const degree = degrees.get(name);
    if (degree && isWithoutArguments(call)) return build.call('coalesce', [degree, zero], 'long');
    return labelsOf(call, name);
  };
  const columns = graph.nodeColumns.map((name) => columnNamed(nodes, name));
  const met = build.filter(nodes, planScalar(condition, context, { columns, intercept }));
  const kept = materialized({ ...met, columns: all }, context);
  const edges = [graphNames.from, graphNames.to].reduce(
    (rest, end) => havingNode(rest, end, useTable(kept, context), build),
    useTable(graph.edges, context),
  );
  return { ...input, graph: { ...graph, nodes: kept, edges: materialized(edges, context) } };
};

/** `G | graph-where-edges Condition`: the edges that meet it, and the nodes that they connect. */
export const graphWhereEdges: OperatorPlanner = (node, input, context) => {
  const graph = graphOf(node, input);
  const build = new Builder(context, spanOf(node));
  const edges = useTable(graph.edges, context);
  const columns = graph.edgeColumns.map((name) => columnNamed(edges, name));
  const condition = planScalar(member(node, 'Condition'), context, {
    columns,
    intercept: labelsOf,
  });
  const kept = materialized(build.filter(edges, condition), context);
  const nodes = useTable(graph.nodes, context);
  const connected = havingNode(nodes, graphNames.id, endsOf(kept, context), build);
  return { ...input, graph: { ...graph, edges: kept, nodes: materialized(connected, context) } };
};

function graphOf(node: Expression, { graph }: Relation): Graph {
  if (!graph) throw unsupported(node, 'filtering a graph', 'its input is no graph');
  return graph;
}

function labelsOf(call: Expression, name: string): PlanExpression | undefined {
  if (!/^(labels|node_degree_(in|out))$/.test(name)) return undefined;
  if (!isWithoutArguments(call)) {
    throw unsupported(call, `${name}() of a name`, 'here it is called without an argument');
  }
  return name === 'labels' ? noLabels : undefined;
}

function nameOf(call: SyntaxNode): string {
  return member(call, 'Name').SimpleName ?? '';
}

function isWithoutArguments(call: SyntaxNode): boolean {
  return elements(member<SyntaxNode>(call, 'ArgumentList'), 'Expressions').length === 0;
}

/** The rows whose column holds the id of one of the nodes. */
function havingNode(rows: Relation, column: string, nodes: Relation, build: Builder): Relation {
  const on = [[columnNamed(rows, column), columnNamed(nodes, graphNames.id)]] as const;
  return build.join('leftSemi', rows, nodes, on);
}

function materialized(relation: Relation, context: PlanContext): TableVariable {
  return tableVariable(relation, context, true);
}
