import type { Expression } from '../kql/syntax.js';
import { Builder, one, zero } from './builder.js';
import { newColumn, type PlanContext, rowOf } from './context.js';
import {
  asIs,
  callOf,
  columnNamed,
  type Graph,
  graphNames,
  noLabels,
  withColumns,
} from './graph.js';
import { joined } from './operators/join.js';
import { unionOf } from './operators/union.js';
import {
  columnReference,
  longLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
  stringLiteral,
} from './plan.js';
import { tableVariable, useTable } from './tables.js';

/** A value that the query asks for at each hop of a path. */
export interface HopValue {
  readonly key: string;
  /** Of each edge, or of each node between two edges. */
  readonly over: 'edges' | 'nodes';
  /** null: the edge as a bag of its columns. */
  readonly node: Expression | null;
}

export interface PathOptions {
  /** `all`, `none`, `unique_edges` */
  readonly cycles: string;
  readonly shortest: string | null;
}

export interface Paths {
  /** ` from`, ` to`, and for single edges ` id` and the edge's columns, else ` length`. */
  readonly relation: Relation;
  readonly values: ReadonlyMap<string, PlanColumn>;
}

type Direction = 'forward' | 'backward' | 'both';

const nowhere = { start: 0, length: 0 };
const call = (name: string, parts: readonly PlanExpression[], type: PlanExpression['type']) =>
  callOf(name, parts, type, nowhere);

/** Edges as the pattern walks them, or all paths of so many of them. */
export function pathsOf(
  graph: Graph,
  direction: Direction,
  range: { readonly min: number; readonly max: number } | null,
  values: readonly HopValue[],
  options: PathOptions,
  context: PlanContext,
): Paths {
  if (!range) return { relation: walked(graph, direction, context), values: new Map() };
  const hops = hopsOf(graph, direction, values, context);
  const isAcyclic = options.cycles === 'none' && options.shortest === null;
  const steps = tableVariable(isAcyclic ? withoutLoops(hops) : hops, context, true);
  if (steps.kind !== 'table') throw new Error('hops are a table');
  const names = values.map((_, index) => ` value${index}`);
  // Each length is made of the one before and read once: the engine analyses a named table anew at each use.
  let paths = firstPaths(useTable(steps, context), names, context);
  for (let length = 2; length <= range.max; length++) {
    const longer = withLonger(paths, useTable(steps, context), length, names, options, context);
    paths = options.shortest === 'any' ? oneForEachPair(longer) : longer;
  }
  const all = unionOf(
    [
      ...(range.min === 0 ? [emptyPaths(graph, names, context)] : []),
      ...(range.max > 0 ? [range.min > 1 ? ofLeastLength(paths, range.min) : paths] : []),
    ].map((relation) => ({ relation, source: '' })),
    {},
    context,
  );
  const inner = withInnerNodes(all, values, names, context);
  return {
    relation: inner,
    values: new Map(values.map(({ key }, index) => [key, columnNamed(inner, names[index] ?? '')])),
  };
}

/** Each edge from its left to its right end. */
function walked(graph: Graph, direction: Direction, context: PlanContext): Relation {
  const forward = useTable(graph.edges, context);
  if (direction === 'forward') return forward;
  const backward = swapped(useTable(graph.edges, context), context);
  if (direction === 'backward') return backward;
  return unionOf(
    [forward, backward].map((relation) => ({ relation, source: '' })),
    {},
    context,
  );
}

function swapped(edges: Relation, context: PlanContext): Relation {
  const other: Readonly<Record<string, string>> = {
    [graphNames.from]: graphNames.to,
    [graphNames.to]: graphNames.from,
  };
  return withColumns(
    edges,
    edges.columns.map((column): PlanAssignment => {
      const source = other[column.name];
      if (source === undefined) return { column, expression: columnReference(column) };
      return {
        column: newColumn(context, column.name, 'string'),
        expression: columnReference(columnNamed(edges, source)),
      };
    }),
  );
}

/** Edges with the values that the query asks for: of the edge, and of the node that it leads to. */
function hopsOf(
  graph: Graph,
  direction: Direction,
  values: readonly HopValue[],
  context: PlanContext,
): Relation {
  const edges = walked(graph, direction, context);
  const needsNodes = values.some(({ over }) => over === 'nodes');
  const nodes = needsNodes ? useTable(graph.nodes, context) : undefined;
  const wide = nodes ? withTargets(edges, nodes, context) : edges;
  const base = [graphNames.id, graphNames.from, graphNames.to].map((name): PlanAssignment => {
    const column = columnNamed(edges, name);
    return { column, expression: columnReference(column) };
  });
  const intercept = (_node: Expression, name: string) => (name === 'labels' ? noLabels : undefined);
  const computed = values.map(({ over, node }, index): PlanAssignment => {
    const row = over === 'edges' || !nodes ? rowOf(edges) : rowOf(nodes);
    const expression = node
      ? context.plan.scalar(node, context, { ...row, intercept })
      : call('bag_pack', namedColumns(edges, graph.edgeColumns), 'dynamic');
    return { column: newColumn(context, ` value${index}`, expression.type), expression };
  });
  return withColumns(wide, [...base, ...computed]);
}

/** Names and values, as bag_pack() takes them. */
function namedColumns(edges: Relation, names: readonly string[]): PlanExpression[] {
  return names.flatMap((name) => [stringLiteral(name), columnReference(columnNamed(edges, name))]);
}

function withTargets(edges: Relation, nodes: Relation, context: PlanContext): Relation {
  const on = [
    {
      left: columnReference(columnNamed(edges, graphNames.to)),
      right: columnReference(columnNamed(nodes, graphNames.id)),
    },
  ];
  const output = [
    ...edges.columns.map((column) => ({ column, source: column, side: 'left' as const })),
    ...nodes.columns.map((column) => ({ column, source: column, side: 'right' as const })),
  ];
  return joined('inner', edges, nodes, on, output, context);
}

/** Without the edges from a node to itself, which are cycles on their own. */
function withoutLoops(hops: Relation): Relation {
  const [from, to] = [graphNames.from, graphNames.to].map((name) =>
    columnReference(columnNamed(hops, name)),
  );
  if (!from || !to) throw new Error('a hop has ends');
  const condition = call('!=', [from, to], 'bool');
  return { ...hops, plan: { kind: 'filter', input: hops.plan, condition } };
}

/** Paths of one edge: its ends, the lists of what was walked over, and of the values. */
function firstPaths(steps: Relation, names: readonly string[], context: PlanContext): Relation {
  const [id, from, to] = [graphNames.id, graphNames.from, graphNames.to].map((name) =>
    columnReference(columnNamed(steps, name)),
  );
  if (!id || !from || !to) throw new Error('a hop has ends');
  const named = (name: string, expression: PlanExpression): PlanAssignment => ({
    column: newColumn(context, name, expression.type),
    expression,
  });
  return withColumns(steps, [
    named(graphNames.from, from),
    named(graphNames.to, to),
    named(graphNames.length, longLiteral(1)),
    named(graphNames.walked, call('pack_array', [id], 'dynamic')),
    named(graphNames.nodes, call('pack_array', [from, to], 'dynamic')),
    ...names.map((name) =>
      named(name, call('pack_array', [columnReference(columnNamed(steps, name))], 'dynamic')),
    ),
  ]);
}

/** The paths, and those of `length` edges that begin with one of them. */
function withLonger(
  paths: Relation,
  steps: Relation,
  length: number,
  names: readonly string[],
  options: PathOptions,
  context: PlanContext,
): Relation {
  const build = new Builder(context, nowhere);
  const of = (relation: Relation, name: string) => columnNamed(relation, name);
  const isLongest = build.call(
    '==',
    [of(paths, graphNames.length), longLiteral(length - 1)],
    'bool',
  );
  const ways = build.call('iff', [isLongest, longLiteral(2), one], 'long');
  const [kept, goesOn] = build.eachNumber(paths, zero, ways);
  const on = [
    [goesOn, one],
    [of(paths, graphNames.to), of(steps, graphNames.from)],
  ] as const;
  const both = build.join('left', kept, steps, on, steps.columns);
  const isOld = build.call('==', [goesOn, zero], 'bool');
  const met =
    options.cycles === 'none'
      ? build.call('path_has', [of(paths, graphNames.nodes), of(steps, graphNames.to)], 'bool')
      : build.call('path_has', [of(paths, graphNames.walked), of(steps, graphNames.id)], 'bool');
  const isStep = build.call('isnotnull', [of(steps, graphNames.id)], 'bool');
  const isNew =
    options.cycles === 'all' ? isStep : build.all(isStep, build.call('not', [met], 'bool'));
  const wanted = build.filter(both, build.call('or', [isOld, isNew], 'bool'));
  const named = (name: string, longer: PlanExpression): PlanAssignment => ({
    column: newColumn(context, name, longer.type),
    expression: build.call('iff', [isOld, of(paths, name), longer], longer.type),
  });
  const appended = (name: string, step: string) => {
    const last = build.call('pack_array', [of(steps, step)], 'dynamic');
    return named(name, build.call('path_and', [of(paths, name), last], 'dynamic'));
  };
  return withColumns(wanted, [
    ...asIs([of(paths, graphNames.from)]),
    named(graphNames.to, columnReference(of(steps, graphNames.to))),
    named(graphNames.length, longLiteral(length)),
    appended(graphNames.walked, graphNames.id),
    appended(graphNames.nodes, graphNames.to),
    ...names.map((name) => appended(name, name)),
  ]);
}

function ofLeastLength(paths: Relation, least: number): Relation {
  const length = columnReference(columnNamed(paths, graphNames.length));
  const condition = call('>=', [length, longLiteral(least)], 'bool');
  return { ...paths, plan: { kind: 'filter', input: paths.plan, condition } };
}

/** For one shortest path between two nodes, one path of each length to each node is enough. */
function oneForEachPair(paths: Relation): Relation {
  return {
    ...paths,
    plan: {
      kind: 'limit',
      input: paths.plan,
      count: longLiteral(1),
      by: [graphNames.from, graphNames.to, graphNames.length].map((name) =>
        columnNamed(paths, name),
      ),
    },
  };
}

/** Paths without an edge: from each node to itself. */
function emptyPaths(graph: Graph, names: readonly string[], context: PlanContext): Relation {
  const nodes = useTable(graph.nodes, context);
  const id = columnReference(columnNamed(nodes, graphNames.id));
  const named = (name: string, expression: PlanExpression): PlanAssignment => ({
    column: newColumn(context, name, expression.type),
    expression,
  });
  const none = call('pack_array', [], 'dynamic');
  return withColumns(nodes, [
    named(graphNames.from, id),
    named(graphNames.to, id),
    named(graphNames.length, longLiteral(0)),
    named(graphNames.walked, none),
    named(graphNames.nodes, call('pack_array', [id], 'dynamic')),
    ...names.map((name) => named(name, none)),
  ]);
}

/** Nodes between the edges: the targets of all hops but the last. */
function withInnerNodes(
  paths: Relation,
  values: readonly HopValue[],
  names: readonly string[],
  context: PlanContext,
): Relation {
  return withColumns(
    paths,
    paths.columns.map((column): PlanAssignment => {
      const index = names.indexOf(column.name);
      if (values[index]?.over !== 'nodes') return { column, expression: columnReference(column) };
      const length = columnReference(columnNamed(paths, graphNames.length));
      const last = call('-', [length, longLiteral(2)], 'long');
      const inner = call('array_slice', [columnReference(column), longLiteral(0), last], 'dynamic');
      const one = call('<=', [length, longLiteral(1)], 'bool');
      const expression = call('iff', [one, call('pack_array', [], 'dynamic'), inner], 'dynamic');
      return { column: newColumn(context, column.name, 'dynamic'), expression };
    }),
  );
}
