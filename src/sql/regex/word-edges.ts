import { codePointsOf, combined } from './class-sets.js';
import { notSupported, type Regex, type WordEdge } from './syntax.js';

/**
 * `\<`, `\>`, `\b{start}` and their like among their neighbours. RE2 has `\b` alone, which is the same
 * where the word's own side of the edge is a character of a word.
 */
export function checkedEdges(parts: readonly Regex[]): readonly Regex[] {
  for (const [index, part] of parts.entries()) {
    const edge = edgeOf(part);
    if (!edge) continue;
    const inside = parts[edge.side === 'start' ? index + 1 : index - 1];
    if (!inside || !isWordAt(inside, edge.side)) {
      throw notSupported(`${edge.written} beside what may be no character of a word`);
    }
  }
  return parts;
}

function edgeOf(node: Regex): WordEdge | undefined {
  if (node.kind === 'repetition') return edgeOf(node.body);
  return node.kind === 'assertion' ? node.edge : undefined;
}

function isWordAt(node: Regex, side: 'start' | 'end'): boolean {
  switch (node.kind) {
    case 'literal':
      return isWord([{ kind: 'range', from: node.character, to: node.character }]);
    case 'class':
      return !node.negated && node.items.length > 0 && isWord(node.items);
    case 'group':
      return isWordAt(node.body, side);
    case 'concatenation': {
      const outer = node.parts.at(side === 'start' ? 0 : -1);
      return outer !== undefined && isWordAt(outer, side);
    }
    case 'alternation':
      return node.options.every((option) => isWordAt(option, side));
    case 'repetition':
      return node.least > 0 && isWordAt(node.body, side);
    default:
      return false;
  }
}

const word = () => codePointsOf([{ kind: 'perl', letter: 'w', negated: false, ascii: false }]);

function isWord(items: Parameters<typeof codePointsOf>[0]): boolean {
  return combined(codePointsOf(items), '--', word()).length === 0;
}
