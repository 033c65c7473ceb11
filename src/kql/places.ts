import { kindOf, type SyntaxNode, textOf } from './syntax.js';

/**
 * Where a node starts in the text of a tree. The body of a function as bound for one call is a tree of its
 * own, which counts from its own start: its place is that of the declaration with the same text.
 * Undefined where no declaration has it, or several have.
 */
export function startIn(root: SyntaxNode, node: SyntaxNode): number | undefined {
  const top = topOf(node);
  if (top === topOf(root)) return node.TextStart;
  const text = textOf(top);
  const bodies = bodiesIn(root).filter((body) => textOf(body) === text);
  const [body, second] = bodies;
  return body && !second ? body.TextStart + node.TextStart - top.TextStart : undefined;
}

/** Whether the node is in the body of a function as bound for one call. */
export function isInCalledBody(node: SyntaxNode): boolean {
  return kindOf(topOf(node)) === 'FunctionBody';
}

function topOf(node: SyntaxNode): SyntaxNode {
  let top = node;
  while (top.Parent) top = top.Parent;
  return top;
}

function bodiesIn(root: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const pending: SyntaxNode[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (kindOf(node) === 'FunctionBody') found.push(node);
    for (let index = 0; index < node.ChildCount; index++) {
      const child = node.GetChild(index);
      if (child && !child.IsToken) pending.push(child);
    }
  }
  return found;
}
