import { elements, kindOf, member, optionalMember, type SyntaxNode, textOf } from './syntax.js';

/** How a query wants its rows shown: `render`. */
export interface Visualization {
  /** `timechart`, `piechart`, … */
  readonly kind: string;
  /** By their documented names; a list of columns is its text. */
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** The last `render` of a query, which is the one that counts. */
export function visualizationOf(root: SyntaxNode): Visualization | undefined {
  const found = lastRender(root);
  const kind = found && textOf(member<SyntaxNode>(found, 'ChartType')).toLowerCase();
  if (!found || !kind) return undefined;
  const clause = optionalMember<SyntaxNode>(found, 'WithClause');
  const parameters = [
    ...elements<SyntaxNode>(found, 'Parameters'),
    ...(clause ? elements<SyntaxNode>(clause, 'Properties') : []),
  ];
  const properties = parameters.flatMap((parameter): [string, string | number | boolean][] => {
    const name = optionalMember(parameter, 'Name')?.SimpleName?.toLowerCase();
    const value = optionalMember(parameter, 'Expression');
    return name && value ? [[name, propertyValue(value)]] : [];
  });
  return { kind, properties: Object.fromEntries(properties) };
}

function lastRender(root: SyntaxNode): SyntaxNode | undefined {
  let found: SyntaxNode | undefined;
  const pending = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (kindOf(node) === 'RenderOperator' && (!found || node.TextStart > found.TextStart)) {
      found = node;
    }
    for (let index = 0; index < node.ChildCount; index++) {
      const child = node.GetChild(index);
      if (child && !child.IsToken) pending.push(child);
    }
  }
  return found;
}

const numeric = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function propertyValue(
  node: SyntaxNode & { readonly LiteralValue?: unknown },
): string | number | boolean {
  const { LiteralValue: value } = node;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  const text = textOf(node);
  return numeric.test(text) ? Number(text) : text;
}
