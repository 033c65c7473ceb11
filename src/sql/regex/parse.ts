import { readClass, readEscapedClass } from './classes.js';
import { Reader, readEscapedCharacter } from './reader.js';
import {
  type Capture,
  notSupported,
  type ParsedRegex,
  type Regex,
  RegexError,
  type RepetitionNode,
} from './syntax.js';
import { checkedEdges } from './word-edges.js';

/** The limits of the engine's own parser, and of this one's recursion. */
const maxRepetition = 1000;
const maxDepth = 200;

/** @throws RegexError */
export function parseRegex(pattern: string): ParsedRegex {
  const parser = new Parser(new Reader(pattern));
  return parser.parse();
}

interface Flags {
  readonly fold: boolean;
  readonly verbose: boolean;
  readonly ascii: boolean;
}

class Parser {
  readonly #reader: Reader;
  readonly #captures: Capture[] = [];
  #flags: Flags = { fold: false, verbose: false, ascii: false };
  #depth = 0;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  parse(): ParsedRegex {
    const root = this.#alternation();
    if (!this.#reader.done) throw new RegexError('unopened group');
    if (repetitions(root) > maxRepetition) throw notSupported('so large a repetition');
    return { root, captures: this.#captures };
  }

  #alternation(): Regex {
    if (++this.#depth > maxDepth) throw notSupported('such deep nesting');
    const outer = this.#flags;
    const options = [this.#concatenation()];
    while (this.#reader.take('|')) options.push(this.#concatenation());
    this.#flags = outer;
    this.#depth--;
    const [only] = options;
    return options.length === 1 && only ? only : { kind: 'alternation', options };
  }

  #concatenation(): Regex {
    const parts: Regex[] = [];
    for (;;) {
      this.#skipVerbose();
      if (this.#reader.done || this.#reader.at('|') || this.#reader.at(')')) break;
      const atom = this.#atom();
      parts.push(atom.kind === 'flags' ? atom : this.#repeated(atom));
    }
    const [only] = checkedEdges(parts);
    return parts.length === 1 && only ? only : { kind: 'concatenation', parts };
  }

  #atom(): Regex {
    const reader = this.#reader;
    const character = reader.next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return readClass(reader, this.#flags);
      case '.':
        return { kind: 'any' };
      case '^':
      case '$':
        return { kind: 'assertion', text: character };
      case '*':
      case '+':
      case '?':
        throw new RegexError(`nothing to repeat before '${character}'`);
      case '\\':
        return this.#escape();
      default:
        return this.#literal(character);
    }
  }

  #literal(character: string): Regex {
    return { kind: 'literal', character, folded: this.#flags.fold };
  }

  #escape(): Regex {
    const reader = this.#reader;
    const letter = reader.peek();
    if (letter === 'A' || letter === 'z' || letter === 'b' || letter === 'B') {
      reader.next();
      const half = letter === 'b' ? /^\{(start|end)(-half)?\}/.exec(reader.rest(12)) : null;
      if (half) {
        reader.skip(half[0].length);
        const side = half[1] === 'start' ? 'start' : 'end';
        return { kind: 'assertion', text: '\\b', edge: { side, written: `\\b${half[0]}` } };
      }
      return { kind: 'assertion', text: `\\${letter}` };
    }
    if (letter === '<' || letter === '>') {
      reader.next();
      const side = letter === '<' ? 'start' : 'end';
      return { kind: 'assertion', text: '\\b', edge: { side, written: `\\${letter}` } };
    }
    if (letter === 'Q') return this.#quoted();
    return readEscapedClass(reader, this.#flags) ?? this.#literal(readEscapedCharacter(reader));
  }

  /** `\Q…\E`, which RE2 knows and earlier versions of Kusto knew. */
  #quoted(): Regex {
    const reader = this.#reader;
    reader.next();
    const parts: Regex[] = [];
    while (!reader.done && !reader.take('\\E')) parts.push(this.#literal(reader.next()));
    return { kind: 'group', capture: null, body: { kind: 'concatenation', parts } };
  }

  #group(): Regex {
    const reader = this.#reader;
    let capture: Capture | null = null;
    const outer = this.#flags;
    let prefix: Regex | undefined;
    if (reader.take('?')) {
      if (/^(=|!|<=|<!)/.test(reader.rest(2))) {
        throw new RegexError('look-around is not supported');
      }
      if (reader.take('P<') || reader.take('<')) capture = this.#capture(reader.until('>'));
      else {
        const text = this.#flagLetters();
        if (text !== '' || reader.at(')')) prefix = { kind: 'flags', text };
        if (reader.take(')')) return prefix ?? { kind: 'flags', text: '' };
        reader.take(':');
      }
    } else capture = this.#capture(null);
    const body = this.#alternation();
    this.#flags = outer;
    if (!reader.take(')')) throw new RegexError('unclosed group');
    const parts = prefix ? [prefix, body] : [];
    return {
      kind: 'group',
      capture,
      body: prefix ? { kind: 'concatenation', parts } : body,
    };
  }

  #capture(name: string | null): Capture {
    if (name !== null && !/^[\p{L}_][\p{L}\p{N}_.[\]]*$/u.test(name)) {
      throw new RegexError(`invalid group name '${name}'`);
    }
    if (name !== null && this.#captures.some((known) => known.name === name)) {
      throw new RegexError(`duplicate group name '${name}'`);
    }
    const capture = { index: this.#captures.length + 1, name };
    this.#captures.push(capture);
    return capture;
  }

  /** `i-s` up to the `)` or `:` that follows it, and RE2's text for the flags that it has itself. */
  #flagLetters(): string {
    const reader = this.#reader;
    const kept = { on: '', off: '' };
    let on = true;
    for (;;) {
      const letter = reader.peek();
      if (letter === ')' || letter === ':') break;
      reader.next();
      if (letter === '-' && on) on = false;
      else if (letter === 'x') this.#flags = { ...this.#flags, verbose: on };
      else if (letter === 'u') this.#flags = { ...this.#flags, ascii: !on };
      else if (letter === 'R' && !on) continue;
      else if (letter === 'R') throw notSupported('the flag R');
      else if (letter === '') throw new RegexError('unclosed group');
      else if ('imsU'.includes(letter)) {
        if (letter === 'i') this.#flags = { ...this.#flags, fold: on };
        kept[on ? 'on' : 'off'] += letter;
      } else throw new RegexError(`unrecognized flag '${letter}'`);
    }
    return kept.on + (kept.off === '' ? '' : `-${kept.off}`);
  }

  #repeated(atom: Regex): Regex {
    let body = atom;
    for (;;) {
      this.#skipVerbose();
      const bounds = this.#bounds();
      if (!bounds) return body;
      const [least, most] = bounds;
      if (most < least) throw new RegexError('invalid repetition: the minimum exceeds the maximum');
      const marked = this.#reader.take('?');
      body = { kind: 'repetition', body, least, most, marked };
    }
  }

  #bounds(): readonly [number, number] | undefined {
    const reader = this.#reader;
    if (reader.take('*')) return [0, Number.POSITIVE_INFINITY];
    if (reader.take('+')) return [1, Number.POSITIVE_INFINITY];
    if (reader.take('?')) return [0, 1];
    // Braces that hold no bounds stand for themselves, as in RE2.
    const braces = /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(reader.rest(24));
    if (!braces) return undefined;
    reader.skip(braces[0].length);
    const least = Number(braces[1]);
    if (braces[2] === undefined) return [least, least];
    return [least, braces[3] ? Number(braces[3]) : Number.POSITIVE_INFINITY];
  }

  #skipVerbose(): void {
    if (!this.#flags.verbose) return;
    const blank = /^(?:\s|#[^\n]*(?:\n|$))+/.exec(this.#reader.rest());
    if (blank) this.#reader.skip(blank[0].length);
  }
}

/** The largest product of nested repetitions, as RE2 counts them. */
function repetitions(node: Regex): number {
  switch (node.kind) {
    case 'group':
      return repetitions(node.body);
    case 'concatenation':
      return Math.max(1, ...node.parts.map(repetitions));
    case 'alternation':
      return Math.max(1, ...node.options.map(repetitions));
    case 'repetition':
      return copies(node) * repetitions(node.body);
    default:
      return 1;
  }
}

/** How often the body stands in the compiled program, more or less. */
export function copies({ least, most }: RepetitionNode): number {
  return Math.max(1, Number.isFinite(most) ? most : least);
}
