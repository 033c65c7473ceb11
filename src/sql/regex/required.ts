import type { Regex } from './syntax.js';

/** Stands for any one character in a required text. */
export const anyCharacter = '\0';

/** Shorter runs of known characters are of no use to an index of four-character pieces. */
const leastRun = 4;

/**
 * A text, in lower case, that the lower case of every text with a match contains, where it has a run of
 * four known characters; undefined otherwise.
 */
export function requiredText(root: Regex): string | undefined {
  const { best } = requirement(root);
  return longestRun(best) >= leastRun ? best : undefined;
}

interface Requirement {
  /** Every match is exactly this text; null: matches differ. */
  readonly exact: string | null;
  /** Every match contains it. */
  readonly best: string;
}

const nothing: Requirement = { exact: null, best: '' };

function requirement(node: Regex): Requirement {
  switch (node.kind) {
    case 'literal': {
      const text = lowered(node.character, node.folded);
      return { exact: text, best: text };
    }
    case 'assertion':
    case 'flags':
      return { exact: '', best: '' };
    case 'group':
      return requirement(node.body);
    case 'concatenation':
      return inSequence(node.parts.map(requirement));
    case 'repetition': {
      if (node.least === 0) return nothing;
      const body = requirement(node.body);
      return node.least === 1 && node.most === 1 ? body : { exact: null, best: body.best };
    }
    case 'class': {
      const [only] = node.items;
      const isOne = !node.negated && node.items.length === 1 && only?.kind === 'range';
      if (!isOne || only.from !== only.to || /[^ -@[-`{-~]/.test(only.from)) return nothing;
      return { exact: only.from, best: only.from };
    }
    case 'any':
    case 'alternation':
      return nothing;
  }
}

function inSequence(parts: readonly Requirement[]): Requirement {
  let isExact = true;
  let run = '';
  let best = '';
  for (const part of parts) {
    if (part.exact === null) {
      isExact = false;
      best = better(better(best, run), part.best);
      run = '';
    } else run += part.exact;
  }
  return { exact: isExact ? run : null, best: better(best, run) };
}

function better(first: string, second: string): string {
  return longestRun(second) > longestRun(first) ? second : first;
}

/** Known characters in a row, without those that stand for any at its ends. */
function longestRun(text: string): number {
  return Math.max(...text.split(anyCharacter).map((run) => run.length));
}

/**
 * The lower case of a character that a text contains; any character where the lower case of the text
 * may hold something else: outside ASCII, and the s, which the long s also matches.
 */
function lowered(character: string, isFolded: boolean): string {
  if (character > '\x7f') return anyCharacter;
  const lower = character.toLowerCase();
  return isFolded && lower === 's' ? anyCharacter : lower;
}
