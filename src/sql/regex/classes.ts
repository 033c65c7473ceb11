import {
  type CodePoints,
  codePointsOf,
  combined,
  complement,
  rangesOf,
  type SetOperator,
} from './class-sets.js';
import { type Reader, readEscapedCharacter } from './reader.js';
import { type ClassItem, type ClassNode, notSupported, RegexError } from './syntax.js';

interface ClassFlags {
  readonly verbose: boolean;
  readonly ascii: boolean;
}

/** Long names of the general categories, by RE2's short ones. */
const categories: Readonly<Record<string, string>> = {
  L: 'letter',
  Lu: 'uppercaseletter uppercase upper',
  Ll: 'lowercaseletter lowercase lower',
  Lt: 'titlecaseletter',
  Lm: 'modifierletter',
  Lo: 'otherletter',
  M: 'mark combiningmark',
  Mn: 'nonspacingmark',
  Mc: 'spacingmark',
  Me: 'enclosingmark',
  N: 'number',
  Nd: 'decimalnumber digit',
  Nl: 'letternumber',
  No: 'othernumber',
  P: 'punctuation punct',
  Pc: 'connectorpunctuation',
  Pd: 'dashpunctuation',
  Ps: 'openpunctuation',
  Pe: 'closepunctuation',
  Pi: 'initialpunctuation',
  Pf: 'finalpunctuation',
  Po: 'otherpunctuation',
  S: 'symbol',
  Sm: 'mathsymbol',
  Sc: 'currencysymbol',
  Sk: 'modifiersymbol',
  So: 'othersymbol',
  Z: 'separator',
  Zs: 'spaceseparator',
  Zl: 'lineseparator',
  Zp: 'paragraphseparator',
  C: 'other',
  Cc: 'control cntrl',
  Cf: 'format',
  Co: 'privateuse',
};

const scripts =
  'Arabic Armenian Bengali Bopomofo Braille Cherokee Common Coptic Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew Hiragana Inherited Kannada Katakana Khmer Lao Latin Malayalam Mongolian Myanmar Oriya Runic Sinhala Syriac Tamil Telugu Thaana Thai Tibetan Yi';

/** What patterns call a property (without case, spaces, `_` and `-`), by RE2's name. */
const properties = new Map<string, string>([
  ...Object.entries(categories).flatMap(([short, long]): [string, string][] => [
    [short.toLowerCase(), short],
    ...long.split(' ').map((name): [string, string] => [name, short]),
  ]),
  ...scripts.split(' ').map((name): [string, string] => [name.toLowerCase(), name]),
]);

const posixNames = new Set(
  'alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit'.split(' '),
);

/** `\d`, `\W`, `\pL`, `\P{Greek}`, whose backslash is read; undefined where there is none, and nothing is read. */
export function readEscapedClass(reader: Reader, flags: ClassFlags): ClassNode | undefined {
  const item = escapedItem(reader, flags);
  return item && { kind: 'class', negated: false, items: [item] };
}

function escapedItem(reader: Reader, { ascii }: ClassFlags): ClassItem | undefined {
  const letter = reader.peek();
  const lower = letter.toLowerCase();
  if (lower === 'd' || lower === 's' || lower === 'w') {
    reader.next();
    return { kind: 'perl', letter: lower, negated: letter !== lower, ascii };
  }
  if (lower !== 'p') return undefined;
  reader.next();
  const text = reader.take('{') ? reader.until('}') : reader.next();
  const [, caret = '', given = ''] = /^(\^?)(?:.*[=:])?(.*)$/s.exec(text) ?? [];
  const key = given
    .toLowerCase()
    .replace(/[\s_-]/g, '')
    .replace(/^is/, '');
  const negated = (letter === 'P') !== (caret === '^');
  if (key === 'ascii') return { kind: 'posix', name: 'ascii', negated };
  if (key === 'whitespace') return { kind: 'perl', letter: 's', negated, ascii: false };
  const name = properties.get(key);
  if (!name) throw notSupported(`the property \\${letter}{${given}}`);
  return { kind: 'property', name, negated };
}

/** The class whose `[` is read already. */
export function readClass(reader: Reader, flags: ClassFlags): ClassNode {
  const negated = reader.take('^');
  let items: ClassItem[] = [];
  // What stands before the last set operator, which bind from the left and weaker than a union.
  let left: ((right: CodePoints) => CodePoints) | undefined;
  for (let isFirst = true; ; isFirst = false) {
    if (flags.verbose) reader.skip(/^\s*/.exec(reader.rest())?.[0].length ?? 0);
    if (reader.done) throw new RegexError('unclosed character class');
    if (reader.at(']') && !isFirst) break;
    const operator = reader.rest(2);
    if (isSetOperator(operator) && !isFirst && !reader.at('--]')) {
      const before = left ? left(codePointsOf(items)) : codePointsOf(items);
      left = (right) => combined(before, operator, right);
      items = [];
      reader.skip(2);
      continue;
    }
    items.push(...itemsAt(reader, flags));
  }
  reader.next();
  return { kind: 'class', negated, items: left ? rangesOf(left(codePointsOf(items))) : items };
}

function isSetOperator(text: string): text is SetOperator {
  return text === '&&' || text === '--' || text === '~~';
}

function itemsAt(reader: Reader, flags: ClassFlags): readonly ClassItem[] {
  if (reader.at('[')) {
    const posix = /^\[:(\^?)(\w+):\]/.exec(reader.rest(16));
    if (posix?.[2] && posixNames.has(posix[2])) {
      reader.skip(posix[0].length);
      return [{ kind: 'posix', name: posix[2], negated: posix[1] === '^' }];
    }
    const nested = reader.attempt(() => nestedClass(reader, flags));
    if (nested) return nested;
  }
  const from = boundary(reader, flags);
  if (typeof from !== 'string') return [from];
  if (!reader.at('-') || /^-(\]|-(?!\])|$)/.test(reader.rest(3)))
    return [{ kind: 'range', from, to: from }];
  reader.next();
  const to = boundary(reader, flags);
  if (typeof to !== 'string') throw new RegexError('a class is no end of a range');
  if ((from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0)) {
    throw new RegexError(`invalid range '${from}-${to}'`);
  }
  return [{ kind: 'range', from, to }];
}

/** `[a[bc]]` is a union. An opening bracket that begins no class stands for itself, as in RE2. */
function nestedClass(reader: Reader, flags: ClassFlags): readonly ClassItem[] {
  reader.next();
  const { negated, items } = readClass(reader, flags);
  // One that takes the outer class's bracket was none.
  if (!/\]/.test(reader.rest())) throw new RegexError('unclosed character class');
  const [only] = items;
  if (!negated) return items;
  if (items.length === 1 && only && only.kind !== 'range') {
    return [{ ...only, negated: !only.negated }];
  }
  return rangesOf(complement(codePointsOf(items)));
}

function boundary(reader: Reader, flags: ClassFlags): string | ClassItem {
  const character = reader.next();
  if (character !== '\\') return character;
  // Inside a class `\b` is a backspace for RE2 and an error for Rust.
  return escapedItem(reader, flags) ?? readEscapedCharacter(reader);
}
