import { spanOf } from '../../kql/syntax.js';
import { Builder, same } from '../builder.js';
import { type PlanContext, unsupported } from '../context.js';
import { columnNamed, type Graph, graphNames } from '../graph.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import type { PlanColumn, Relation } from '../plan.js';
import { tableVariable, useTable } from '../tables.js';

const components: Readonly<Record<string, string>> = {
  weak: 'weak_components',
  strong: 'strong_components',
};

/** `G | graph-mark-components [kind=weak|strong] [with_component_id=Name]`: the graph, its nodes with a number each. */
export const graphMarkComponents: OperatorPlanner = (node, input, context) => {
  const { graph } = input;
  if (!graph) throw unsupported(node, 'graph-mark-components', 'its input is no graph');
  const kind = parameterText(node, 'kind') ?? 'weak';
  const search = components[kind];
  if (!search) throw unsupported(node, `kind=${kind}`, 'components are weak or strong');
  const name = parameterText(node, 'with_component_id') ?? 'ComponentId';
  const build = new Builder(context, spanOf(node));
  const { marks, id, component } = marked(graph, search, name, build, context);
  const nodes = useTable(graph.nodes, context);
  const on = [[columnNamed(nodes, graphNames.id), id]] as const;
  const variable = tableVariable(build.join('inner', nodes, marks, on, [component]), context, true);
  if (variable.kind !== 'table') throw new Error('nodes are a table');
  const nodeColumns = [...graph.nodeColumns.filter((column) => column !== name), name];
  return { ...input, graph: { ...graph, nodes: variable, nodeColumns } };
};

/** A row for each node: its id and its component. */
function marked(
  graph: Graph,
  search: string,
  name: string,
  build: Builder,
  context: PlanContext,
): { readonly marks: Relation; readonly id: PlanColumn; readonly component: PlanColumn } {
  const nodes = useTable(graph.nodes, context);
  const edges = useTable(graph.edges, context);
  const [ids, ends] = [build.column('ids', 'dynamic'), build.column('ends', 'dynamic')];
  const pair = [graphNames.from, graphNames.to].map((end) => columnNamed(edges, end));
  const lists = build.join(
    'inner',
    build.group(nodes, [], [listOf(ids, [columnNamed(nodes, graphNames.id)])]),
    build.group(edges, [], [listOf(ends, [pairText(build, pair)])]),
    [],
    [ends],
  );
  const [id, number] = [build.column('id', 'string'), build.column('number', 'string')];
  const unnested: Relation = {
    ...lists,
    plan: {
      kind: 'unnest',
      input: lists.plan,
      items: [
        { column: id, expression: build.call('listed', [ids], 'dynamic') },
        { column: number, expression: build.call(search, [ids, ends], 'dynamic') },
      ],
      index: null,
      limit: null,
    },
  };
  const component = build.column(name, 'long');
  const value = { column: component, expression: build.call('tolong', [number], 'long') };
  return { marks: build.project(unnested, [same(id), value]), id, component };
}

/** A list of arrays would be one list of their elements. */
function pairText(build: Builder, pair: readonly PlanColumn[]) {
  return build.call('tostring', [build.call('pack_array', pair, 'dynamic')], 'string');
}

function listOf(column: PlanColumn, parts: Parameters<Builder['call']>[1]) {
  return { column, name: 'make_list', arguments: parts };
}
