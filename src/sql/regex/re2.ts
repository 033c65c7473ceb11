import { copies } from './parse.js';
import type { Capture, ClassItem, ClassNode, Regex } from './syntax.js';

export interface Re2Options {
  /** `\w` and its like as they are in text that is all ASCII, which is several times faster. */
  readonly ascii: boolean;
  /** Which groups capture; all, unless it says otherwise. */
  readonly captures?: (capture: Capture) => boolean;
}

/**
 * The expression as RE2 reads it, where `.` takes no line break unless a flag says so; `before` and
 * `after` are RE2 that puts it in a group.
 */
export function re2Text(root: Regex, options: Re2Options, before = '', after = ''): string {
  return `(?-s)${before}${print(root, options)}${after}`;
}

function print(node: Regex, options: Re2Options): string {
  switch (node.kind) {
    case 'literal':
      return escaped(node.character);
    case 'any':
      return '.';
    case 'class':
      return classText(node, options);
    case 'assertion':
      return node.text;
    case 'flags':
      return node.text === '' ? '' : `(?${node.text})`;
    case 'group': {
      const isKept = node.capture !== null && (options.captures?.(node.capture) ?? true);
      return `${isKept ? '(' : '(?:'}${print(node.body, options)})`;
    }
    case 'concatenation':
      return node.parts.map((part) => print(part, options)).join('');
    case 'alternation':
      return node.options.map((part) => print(part, options)).join('|');
    case 'repetition': {
      const body = print(node.body, options);
      const isAtom = node.body.kind !== 'repetition' && node.body.kind !== 'assertion';
      return `${isAtom ? body : `(?:${body})`}${bounds(node.least, node.most)}${node.marked ? '?' : ''}`;
    }
  }
}

function bounds(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) {
    return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`;
  }
  if (least === 0 && most === 1) return '?';
  return least === most ? `{${least}}` : `{${least},${most}}`;
}

/** A character as an RE2 literal, inside and outside classes. */
function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  return /[\\^$.|?*+()[\]{}\-&~]/.test(character) ? `\\${character}` : character;
}

const asciiPerl = { d: '0-9', s: '\\t-\\r ', w: '0-9A-Za-z_' };
const unicodePerl = {
  d: '\\p{Nd}',
  s: '\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}',
  w: '\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\x{200C}\\x{200D}',
};
/** Complements, for the inside of a class, where RE2 can negate no union. */
const unicodePerlNegated = {
  d: '\\P{Nd}',
  s: '\\x00-\\x08\\x0E-\\x1F!-\\x{84}\\x{86}-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{10FFFF}',
  w: '\\p{No}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\p{S}\\p{Z}\\p{Cc}\\p{Co}',
};
const asciiPerlNegated = {
  d: '\\x00-/:-\\x{10FFFF}',
  s: '\\x00-\\x08\\x0E-\\x1F!-\\x{10FFFF}',
  w: '\\x00-/:-@\\[-\\^`{-\\x{10FFFF}',
};

function classText({ negated, items }: ClassNode, options: Re2Options): string {
  const [only] = items;
  if (!only) return negated ? '[\\x00-\\x{10FFFF}]' : '[^\\x00-\\x{10FFFF}]';
  // Alone, a negated item is better written as the class around it, and exact.
  if (items.length === 1 && only?.kind === 'perl' && only.negated) {
    return classText(
      { kind: 'class', negated: !negated, items: [{ ...only, negated: false }] },
      options,
    );
  }
  return `[${negated ? '^' : ''}${items.map((item) => itemText(item, options)).join('')}]`;
}

function itemText(item: ClassItem, { ascii }: Re2Options): string {
  switch (item.kind) {
    case 'range':
      return item.from === item.to
        ? escaped(item.from)
        : `${escaped(item.from)}-${escaped(item.to)}`;
    case 'property':
      return `\\${item.negated ? 'P' : 'p'}{${item.name}}`;
    case 'posix':
      return `[:${item.negated ? '^' : ''}${item.name}:]`;
    case 'perl': {
      const isAscii = ascii || item.ascii;
      if (item.negated) return (isAscii ? asciiPerlNegated : unicodePerlNegated)[item.letter];
      return (isAscii ? asciiPerl : unicodePerl)[item.letter];
    }
  }
}

/** More of them than anybody writes: what is left of a Unicode class. */
const manyRanges = 100;

/** How many Unicode classes the compiled program would hold: RE2 refuses programs of some megabytes. */
export function unicodeClasses(node: Regex): number {
  switch (node.kind) {
    case 'class':
      return node.items.length > manyRanges
        ? 1
        : node.items.filter(({ kind }) => kind === 'perl' || kind === 'property').length;
    case 'group':
      return unicodeClasses(node.body);
    case 'concatenation':
      return node.parts.reduce((sum, part) => sum + unicodeClasses(part), 0);
    case 'alternation':
      return node.options.reduce((sum, part) => sum + unicodeClasses(part), 0);
    case 'repetition':
      return copies(node) * unicodeClasses(node.body);
    default:
      return 0;
  }
}
