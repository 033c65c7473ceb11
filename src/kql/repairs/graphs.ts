import { language, type TableSymbol } from '../language.js';

interface GraphSymbol {
  readonly EdgeShape: TableSymbol | null;
  readonly NodeShape: TableSymbol | null;
}

interface GraphFunction {
  CustomAvailability(context: { readonly Location: PlacedNode }): boolean;
}

interface PlacedNode {
  readonly Kind: number;
  readonly Parent: PlacedNode | null;
}

/** What goes through a tree and binds its nodes. */
interface TreeBinder {
  readonly _binder: { _rowScope: TableSymbol | null };
  DefaultVisit(this: TreeBinder, operator: unknown): void;
  VisitGraphWhereNodesOperator(this: TreeBinder, operator: unknown): void;
  VisitGraphWhereEdgesOperator(this: TreeBinder, operator: unknown): void;
}

/** What says of one node what it is. */
interface NodeBinder {
  VisitGraphWhereNodesOperator(this: NodeBinder, operator: unknown): { ResultType: unknown };
  VisitGraphWhereEdgesOperator(this: NodeBinder, operator: unknown): { ResultType: unknown };
}

interface GraphBinding {
  readonly Binder: {
    readonly TreeBinder: { readonly prototype: TreeBinder };
    readonly NodeBinder: { readonly prototype: NodeBinder };
    GetGraphSymbol(operator: unknown): GraphSymbol | null;
  };
}

interface GraphFunctions {
  readonly NodeDegreeIn: GraphFunction;
  readonly NodeDegreeOut: GraphFunction;
  readonly Labels: GraphFunction;
}

const { Binder } = language.Binding as GraphBinding;

/**
 * The binder knows the operators that filter a graph, but not what they filter: their conditions see the columns
 * of its nodes or its edges, and ask for the degree of a node without naming it. The result is that graph, which
 * the binder knows behind a pipe alone and not at the start of a sub-query (`partitioned-by`).
 */
export function repairGraphs(): void {
  bindGraphFilter('VisitGraphWhereNodesOperator', 'NodeShape');
  bindGraphFilter('VisitGraphWhereEdgesOperator', 'EdgeShape');
  const { GraphWhereNodesOperator, GraphWhereEdgesOperator } = language.Syntax.SyntaxKind;
  const { NodeDegreeIn, NodeDegreeOut, Labels } = language.Functions as unknown as GraphFunctions;
  allowIn(NodeDegreeIn, [GraphWhereNodesOperator]);
  allowIn(NodeDegreeOut, [GraphWhereNodesOperator]);
  allowIn(Labels, [GraphWhereNodesOperator, GraphWhereEdgesOperator]);
}

function bindGraphFilter(visit: keyof NodeBinder, shape: keyof GraphSymbol): void {
  const bound = Binder.NodeBinder.prototype[visit];
  Binder.NodeBinder.prototype[visit] = function (operator) {
    const info = bound.call(this, operator);
    info.ResultType = Binder.GetGraphSymbol(operator) ?? info.ResultType;
    return info;
  };
  Binder.TreeBinder.prototype[visit] = function (operator) {
    const outside = this._binder._rowScope;
    const graph = Binder.GetGraphSymbol(operator);
    // It takes what stands before the pipe for a graph, whatever it is.
    if (graph && shape in graph) this._binder._rowScope = graph[shape];
    try {
      this.DefaultVisit(operator);
    } finally {
      this._binder._rowScope = outside;
    }
  };
}

/** The function may also stand within nodes of these kinds. */
function allowIn(graphFunction: GraphFunction, kinds: readonly (number | undefined)[]): void {
  const isAvailable = graphFunction.CustomAvailability.bind(graphFunction);
  graphFunction.CustomAvailability = (context) =>
    isAvailable(context) || isWithin(context.Location, kinds);
}

function isWithin(node: PlacedNode | null, kinds: readonly (number | undefined)[]): boolean {
  for (let place = node; place; place = place.Parent) {
    if (kinds.includes(place.Kind)) return true;
  }
  return false;
}
