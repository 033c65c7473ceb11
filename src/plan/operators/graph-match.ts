import type { ScalarType } from '../../catalog/types.js';
import type { TextSpan } from '../../errors.js';
import {
  callsIn,
  columnsOf,
  type Expression,
  elements,
  kindOf,
  member,
  optionalMember,
  type SyntaxNode,
  spanOf,
  textOf,
} from '../../kql/syntax.js';
import { namedValues } from '../assignments.js';
import { Builder } from '../builder.js';
import { newColumn, noRow, type PlanContext, type Row, unsupported } from '../context.js';
import {
  asIs,
  callOf,
  columnNamed,
  type Graph,
  graphNames,
  noLabels,
  outOfGraph,
  withColumns,
  withDegree,
} from '../graph.js';
import { type HopValue, type PathOptions, pathsOf } from '../graph-paths.js';
import type { OperatorPlanner } from '../operator.js';
import { parameterText } from '../parameters.js';
import {
  columnReference,
  longLiteral,
  type PlanAssignment,
  type PlanColumn,
  type PlanExpression,
  type Relation,
} from '../plan.js';
import { constantText, planScalar } from '../scalar.js';
import { useTable } from '../tables.js';
import { joined } from './join.js';

const nowhere = { start: 0, length: 0 };

/** `G | graph-match [cycles=…] (a)-[e]->(b), … where Condition project …` */
export const graphMatch: OperatorPlanner = (node, input, context) =>
  matched(node, input, context, parameterText(node, 'cycles') ?? 'unique_edges', null);

/** `G | graph-shortest-paths [output=any|all] (a)-[e*1..n]->(b) where … project …` */
export const graphShortestPaths: OperatorPlanner = (node, input, context) =>
  matched(node, input, context, 'none', parameterText(node, 'output') ?? 'any');

/** A match in the making. */
interface Match {
  readonly relation: Relation | undefined;
  /** Node variables and the column that holds their id. */
  readonly nodeIds: Map<string, PlanColumn>;
  /** What `variable.column` reads. */
  readonly members: Map<string, readonly PlanColumn[]>;
  /** For variable-length edges: columns of the values asked for, by the text of the call. */
  readonly hops: Map<string, PlanColumn>;
  /** Columns that count the edges of a node, by the text of the call. */
  readonly degrees: Map<string, PlanColumn>;
  /** For each edge of the patterns what it walks over: an id, or of a path the list of ids. */
  readonly walked: PlanColumn[];
  readonly steps: readonly Step[];
}

/** The nodes that an edge of the patterns meets: its ends, or of a path all of them. */
interface Step {
  readonly variables: readonly [left: string, right: string];
  readonly ends: readonly PlanColumn[];
  readonly path: { readonly nodes: PlanColumn; readonly length: PlanColumn } | null;
}

function matched(
  node: Expression,
  input: Relation,
  context: PlanContext,
  cycles: string,
  shortest: string | null,
): Relation {
  const { graph } = input;
  if (!graph) throw unsupported(node, 'graph-match', 'its input is no graph');
  const where = optionalMember<SyntaxNode>(node, 'WhereClause');
  const projection = optionalMember<SyntaxNode>(node, 'ProjectClause');
  const calls = hopCalls([where, projection], pathNames(node));
  let match: Match = {
    relation: undefined,
    nodeIds: new Map(),
    members: new Map(),
    hops: new Map(),
    degrees: new Map(),
    walked: [],
    steps: [],
  };
  let anonymous = 0;
  for (const pattern of elements<SyntaxNode>(node, 'Patterns')) {
    const parts = elements<SyntaxNode>(pattern, 'PatternElements');
    const nameOf = (part: SyntaxNode) =>
      optionalMember(part, 'Name')?.SimpleName ?? ` anonymous${anonymous++}`;
    const names = parts.map(nameOf);
    const options: PathOptions = { cycles, shortest };
    if (parts.length === 1) match = withNode(match, names[0] ?? '', graph, context);
    for (let index = 1; index + 1 < parts.length; index += 2) {
      const edge = parts[index];
      const [left, name, right] = [names[index - 1], names[index], names[index + 1]];
      if (!edge || left === undefined || name === undefined || right === undefined) continue;
      match = withEdge(match, { edge, left, name, right }, graph, calls, options, context);
    }
  }
  const used = `${where ? textOf(where) : ''} ${projection ? textOf(projection) : ''}`;
  for (const name of match.nodeIds.keys()) {
    if (new RegExp(`\\b${name.trim()}\\b`).test(used) && !name.startsWith(' ')) {
      match = withNodeColumns(match, name, graph, context);
    }
  }
  match = withDegrees(match, [where, projection], graph, context);
  let relation = match.relation;
  if (!relation) throw unsupported(node, 'an empty pattern', 'it names no node');
  if (cycles === 'unique_edges' && match.walked.length > 1) {
    relation = filtered(relation, withoutCommon(match.walked, node));
  }
  if (cycles === 'none' && shortest === null && match.steps.length > 0) {
    relation = filtered(relation, withoutCycles(match.steps, node));
  }
  const row = rowOfMatch(match, relation, context);
  if (where) relation = filtered(relation, planScalar(member(where, 'Condition'), context, row));
  if (shortest !== null) relation = onlyShortest(relation, match, shortest, context);
  if (!projection)
    throw unsupported(node, 'graph-match without project', 'say which values to return');
  const [id] = match.nodeIds.values();
  if (!id) throw unsupported(node, 'an empty pattern', 'it names no node');
  const schema = columnsOf(node.ResultType);
  const values = namedValues(elements(projection, 'Expressions'), context, row);
  const columns = values.map(({ expression, name }, index): PlanAssignment => {
    const { name: shown = name ?? '', type } = schema[index] ?? {};
    // What is computed from the hops of a path is dynamic, whatever its own type.
    const value = type === 'dynamic' ? boxed(expression) : expression;
    return { column: newColumn(context, shown, value.type), expression: value };
  });
  return outOfGraph(graph, relation, columns, id);
}

/** The value as a dynamic: a text stays that text. */
function boxed(value: PlanExpression): PlanExpression {
  if (value.type === 'dynamic') return value;
  const list = callOf('pack_array', [value], 'dynamic', nowhere);
  return callOf('access', [list, longLiteral(0)], 'dynamic', nowhere);
}

function filtered(relation: Relation, condition: PlanExpression): Relation {
  return { ...relation, plan: { kind: 'filter', input: relation.plan, condition } };
}

/** No two edges of the patterns walk over the same edge of the graph. */
function withoutCommon(walked: readonly PlanColumn[], node: Expression): PlanExpression {
  const span = spanOf(node);
  const pairs = walked.flatMap((first, index) =>
    walked.slice(index + 1).map((second) => differs(first, second, span)),
  );
  return callOf('and', pairs, 'bool', span);
}

function differs(first: PlanColumn, second: PlanColumn, span: TextSpan): PlanExpression {
  const [one, other] = [columnReference(first), columnReference(second)];
  if (first.type !== 'dynamic' && second.type !== 'dynamic') {
    return callOf('!=', [one, other], 'bool', span);
  }
  const both = [first, second].every(({ type }) => type === 'dynamic')
    ? callOf(
        '!=',
        [
          callOf(
            'array_length',
            [callOf('set_intersect', [one, other], 'dynamic', span)],
            'long',
            span,
          ),
          longLiteral(0),
        ],
        'bool',
        span,
      )
    : callOf(
        'set_has_element',
        first.type === 'dynamic' ? [one, other] : [other, one],
        'bool',
        span,
      );
  return callOf('not', [both], 'bool', span);
}

/** What hangs together is a tree: it has one node more than it has edges. */
function withoutCycles(steps: readonly Step[], node: Expression): PlanExpression {
  const call = (name: string, parts: readonly PlanExpression[], type: ScalarType) =>
    callOf(name, parts, type, spanOf(node));
  const trees = connected(steps).map((part) => {
    const single = part.filter(({ path }) => !path);
    const paths = part.flatMap(({ path }) => path ?? []);
    const ends = single.flatMap((step) => step.ends.map(columnReference));
    const lists = paths.map(({ nodes }) => columnReference(nodes));
    const met = call('set_union', [call('pack_array', ends, 'dynamic'), ...lists], 'dynamic');
    const edges = paths.reduce(
      (sum: PlanExpression, { length }) => call('+', [sum, columnReference(length)], 'long'),
      longLiteral(single.length + 1),
    );
    return call('==', [call('array_length', [met], 'long'), edges], 'bool');
  });
  return call('and', trees, 'bool');
}

/** The edges of the patterns in groups that have no node in common. */
function connected(steps: readonly Step[]): readonly (readonly Step[])[] {
  return steps.reduce((groups: readonly (readonly Step[])[], step) => {
    const meets = (group: readonly Step[]) =>
      group.some(({ variables }) => variables.some((name) => step.variables.includes(name)));
    const met = groups.filter(meets).flat();
    return [...groups.filter((group) => !meets(group)), [...met, step]];
  }, []);
}

interface EdgeStep {
  readonly edge: SyntaxNode;
  readonly left: string;
  readonly name: string;
  readonly right: string;
}

/** One edge of a pattern: joined to what is matched already by the ends that both know. */
function withEdge(
  match: Match,
  { edge, left, name, right }: EdgeStep,
  graph: Graph,
  calls: readonly HopCall[],
  options: PathOptions,
  context: PlanContext,
): Match {
  const text = textOf(edge);
  const direction = text.startsWith('<') ? 'backward' : text.endsWith('>') ? 'forward' : 'both';
  const range = optionalMember<SyntaxNode>(edge, 'Range');
  const own = calls.filter((call) => call.variable === name);
  const values = own.map((call): HopValue => ({ key: call.key, over: call.over, node: call.body }));
  const bounds = range ? rangeOf(range, context) : null;
  const paths = pathsOf(graph, direction, bounds, values, options, context);
  const from = columnNamed(paths.relation, graphNames.from);
  const to = columnNamed(paths.relation, graphNames.to);
  const next: Match = {
    relation: match.relation ? undefined : paths.relation,
    nodeIds: new Map(match.nodeIds),
    members: new Map(match.members),
    hops: new Map([...match.hops, ...paths.values]),
    degrees: match.degrees,
    walked: [
      ...match.walked,
      columnNamed(paths.relation, bounds ? graphNames.walked : graphNames.id),
    ],
    steps: [
      ...match.steps,
      {
        variables: [left, right],
        ends: [from, to],
        path: bounds
          ? {
              nodes: columnNamed(paths.relation, graphNames.nodes),
              length: columnNamed(paths.relation, graphNames.length),
            }
          : null,
      },
    ],
  };
  next.members.set(
    name,
    bounds ? [] : graph.edgeColumns.map((column) => columnNamed(paths.relation, column)),
  );
  const [knownLeft, knownRight] = [match.nodeIds.get(left), match.nodeIds.get(right)];
  if (!knownLeft) next.nodeIds.set(left, from);
  if (!knownRight && right !== left) next.nodeIds.set(right, to);
  const on = [
    ...(knownLeft ? [{ left: columnReference(knownLeft), right: columnReference(from) }] : []),
    ...(knownRight && right !== left
      ? [{ left: columnReference(knownRight), right: columnReference(to) }]
      : []),
  ];
  let relation = match.relation
    ? joinAll(match.relation, paths.relation, on, context)
    : paths.relation;
  if (left === right) {
    relation = filtered(
      relation,
      callOf('==', [columnReference(from), columnReference(to)], 'bool', spanOf(edge)),
    );
  }
  return { ...next, relation };
}

function rangeOf(range: SyntaxNode, context: PlanContext): { min: number; max: number } {
  const [min, max] = ['RangeStart', 'RangeEnd'].map((name) => {
    const end = member(range, name);
    // The binder gives names and literals a type here, and nothing else.
    const isKnown = end.IsLiteral || kindOf(end) === 'NameReference';
    return isKnown ? Number(constantText(end, context, noRow)) : undefined;
  });
  if (min === undefined || max === undefined || !(min >= 0 && max >= min)) {
    throw unsupported(range, `the range ${textOf(range)}`, 'it needs two whole numbers');
  }
  if (max > 16) throw unsupported(range, `paths of ${max} edges`, 'the longest are of 16');
  return { min, max };
}

function joinAll(
  left: Relation,
  right: Relation,
  on: Parameters<typeof joined>[3],
  context: PlanContext,
): Relation {
  const output = [
    ...left.columns.map((column) => ({ column, source: column, side: 'left' as const })),
    ...right.columns.map((column) => ({ column, source: column, side: 'right' as const })),
  ];
  return joined('inner', left, right, on, output, context);
}

function withNode(match: Match, name: string, graph: Graph, context: PlanContext): Match {
  if (match.nodeIds.has(name)) return match;
  const nodes = useTable(graph.nodes, context);
  const id = columnNamed(nodes, graphNames.id);
  const ids = withColumns(nodes, asIs([id]));
  return {
    ...match,
    relation: match.relation ? joinAll(match.relation, ids, [], context) : ids,
    nodeIds: new Map([...match.nodeIds, [name, id]]),
  };
}

function withNodeColumns(match: Match, name: string, graph: Graph, context: PlanContext): Match {
  const id = match.nodeIds.get(name);
  if (!id || !match.relation) return match;
  const nodes = useTable(graph.nodes, context);
  const on = [
    { left: columnReference(id), right: columnReference(columnNamed(nodes, graphNames.id)) },
  ];
  const columns = graph.nodeColumns.map((column) => columnNamed(nodes, column));
  return {
    ...match,
    relation: joinAll(match.relation, nodes, on, context),
    members: new Map([...match.members, [name, columns]]),
  };
}

/** The match with a column for each `node_degree_in(node)` and `node_degree_out(node)` of the operator. */
function withDegrees(
  match: Match,
  roots: readonly (SyntaxNode | undefined)[],
  graph: Graph,
  context: PlanContext,
): Match {
  let { relation } = match;
  const degrees = new Map<string, PlanColumn>();
  for (const call of roots.flatMap((root) => (root ? callsIn(root) : []))) {
    const key = keyOf(call);
    const name = member(call, 'Name').SimpleName ?? '';
    const [variable] = elements(member<SyntaxNode>(call, 'ArgumentList'), 'Expressions');
    const id = match.nodeIds.get(variable?.SimpleName ?? '');
    if (!id || !relation || degrees.has(key)) continue;
    const build = new Builder(context, spanOf(call));
    const wider = withDegree(name, relation, id, graph, build, context);
    if (!wider) continue;
    relation = wider.relation;
    degrees.set(key, wider.count);
  }
  return { ...match, relation, degrees };
}

/** What is asked of the hops of a variable-length edge: `map(e, x)`, `all(inner_nodes(e), x)`, `e.x`, `e` … */
interface HopCall {
  readonly key: string;
  readonly variable: string;
  readonly over: 'edges' | 'nodes';
  /** null: the edge as it is. */
  readonly body: Expression | null;
}

/** The variables of variable-length edges. */
function pathNames(node: Expression): ReadonlySet<string> {
  const edges = elements<SyntaxNode>(node, 'Patterns')
    .flatMap((pattern) => elements<SyntaxNode>(pattern, 'PatternElements'))
    .filter((part) => optionalMember(part, 'Range') !== undefined);
  return new Set(edges.flatMap((edge) => optionalMember(edge, 'Name')?.SimpleName ?? []));
}

function hopCalls(
  roots: readonly (SyntaxNode | undefined)[],
  paths: ReadonlySet<string>,
): HopCall[] {
  const found: HopCall[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.IsToken) return;
    const call = hopCall(node) ?? wholePath(node, paths);
    if (call) found.push(call);
    else
      for (let index = 0; index < node.ChildCount; index++) {
        const child = node.GetChild(index);
        if (child) visit(child);
      }
  };
  for (const root of roots) if (root) visit(root);
  return found;
}

function hopCall(node: SyntaxNode): HopCall | undefined {
  if (kindOf(node) === 'PathExpression') return hopPath(node);
  if (kindOf(node) !== 'FunctionCallExpression') return undefined;
  const name = member(node, 'Name').SimpleName ?? '';
  if (!/^(map|all|any)$/.test(name)) return undefined;
  const [subject, body] = elements(member<SyntaxNode>(node, 'ArgumentList'), 'Expressions');
  if (!subject || !body) return undefined;
  const inner =
    kindOf(subject) === 'FunctionCallExpression' &&
    member(subject, 'Name').SimpleName === 'inner_nodes'
      ? elements(member<SyntaxNode>(subject, 'ArgumentList'), 'Expressions')[0]
      : undefined;
  const variable = (inner ?? subject).SimpleName;
  if (variable === undefined) return undefined;
  return { key: keyOf(node), variable, over: inner ? 'nodes' : 'edges', body };
}

/** `edge` is the list of its hops, as map() of it with all their columns in a bag. */
function wholePath(node: SyntaxNode, paths: ReadonlySet<string>): HopCall | undefined {
  if (kindOf(node) !== 'NameReference') return undefined;
  const variable = (node as Expression).SimpleName ?? '';
  return paths.has(variable) ? { key: variable, variable, over: 'edges', body: null } : undefined;
}

/** `edge.Property` is a value of each hop, as `map(edge, Property)`. */
function hopPath(node: SyntaxNode): HopCall | undefined {
  const [base, selector] = [member(node, 'Expression'), member(node, 'Selector')];
  if (kindOf(base) !== 'NameReference' || kindOf(selector) !== 'NameReference') return undefined;
  return { key: keyOf(node), variable: base.SimpleName ?? '', over: 'edges', body: selector };
}

/** One key for equal calls, whatever their white space. */
function keyOf(node: SyntaxNode): string {
  return textOf(node).replace(/\s+/g, ' ').trim();
}

/** The row that `where` and `project` see: variables' columns, whole variables as bags, hops as arrays. */
function rowOfMatch(match: Match, relation: Relation, _context: PlanContext): Row {
  const intercept = (node: Expression, name: string): PlanExpression | undefined => {
    const degree = match.degrees.get(keyOf(node));
    if (degree) {
      return callOf('coalesce', [columnReference(degree), longLiteral(0)], 'long', spanOf(node));
    }
    if (name === 'labels') return noLabels;
    if (kindOf(node) === 'NameReference') {
      const hops = match.hops.get(node.SimpleName ?? '');
      return hops && columnReference(hops);
    }
    const call = hopCall(node);
    const column = call && match.hops.get(call.key);
    if (!call || !column) return undefined;
    const values = columnReference(column);
    if (name === 'map' || name === '.') return values;
    const span = spanOf(node);
    const wanted: PlanExpression = { kind: 'literal', type: 'bool', value: name === 'any' };
    const has = callOf('set_has_element', [values, wanted], 'bool', span);
    return name === 'any' ? has : callOf('not', [has], 'bool', span);
  };
  return {
    columns: relation.columns.filter((column) => !column.name.startsWith(' ')),
    members: match.members,
    intercept,
  };
}

/** Of the paths between the same ends, the shortest: one, or all that are as short. */
function onlyShortest(
  relation: Relation,
  match: Match,
  output: string,
  context: PlanContext,
): Relation {
  const lengths = relation.columns.filter((column) => column.name === graphNames.length);
  const [length] = lengths;
  if (!length) return relation;
  const ends = [...match.nodeIds.values()];
  const sorted: Relation['plan'] = {
    kind: 'sort',
    input: relation.plan,
    keys: [{ expression: columnReference(length), descending: false, nullsFirst: true }],
  };
  if (output === 'any') {
    return {
      ...relation,
      plan: {
        kind: 'limit',
        input: sorted,
        count: { kind: 'literal', type: 'long', value: 1n },
        by: ends,
      },
    };
  }
  const best = newColumn(context, ' best', 'long');
  const windowed: Relation['plan'] = {
    kind: 'window',
    input: relation.plan,
    partitionBy: ends,
    orderBy: [],
    functions: [
      {
        column: best,
        name: 'least',
        arguments: [columnReference(length)],
        span: nowhere,
      },
    ],
  };
  return filtered(
    { ...relation, plan: windowed },
    callOf('==', [columnReference(length), columnReference(best)], 'bool', nowhere),
  );
}
