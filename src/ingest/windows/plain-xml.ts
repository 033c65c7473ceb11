import type { JsonValue } from '../json.js';

/** An element as JSON: attributes with `@`, text as `#text`, children by their names. */
interface Element {
  [name: string]: JsonValue | Element | (JsonValue | Element)[];
}

/** Members have names of all kinds, so that there is nothing to inherit. */
const Members = (() => {
  function Members() {}
  Members.prototype = Object.create(null) as object;
  return Members as unknown as new () => Element;
})();

const opening =
  /<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attributes = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const closing = /<\/([A-Za-z_][\w.:-]*)\s*>/y;
const declaration = /^\s*<\?xml[^?]*\?>\s*/;
const deepest = 30;

const [space, doubleQuote, singleQuote, slash] = [0x20, 0x22, 0x27, 0x2f];
const [less, equals, greater] = [0x3c, 0x3d, 0x3e];

/**
 * The plain XML of event logs: elements, attributes and text, which is nearly all there is, several times
 * faster than a parser of all of XML. undefined for anything else, which that parser may understand.
 * @param unescaped for text and values of attributes
 */
export function parsePlainXml(
  text: string,
  unescaped: (text: string) => string,
): { readonly [name: string]: JsonValue } | undefined {
  const reader = new PlainXml(text, unescaped);
  const root = reader.element(0);
  return root === undefined || !reader.isAtEnd
    ? undefined
    : ({ [reader.name]: root } as { readonly [name: string]: JsonValue });
}

class PlainXml {
  /** Without its prefix, of the element that was read last. */
  name = '';
  readonly #text: string;
  readonly #unescaped: (text: string) => string;
  #position: number;
  /** Of the element whose tag was read last: with its prefix, its attributes, whether it ends there. */
  #tag = '';
  #members: Element | undefined;
  #isEmpty = false;

  constructor(text: string, unescaped: (text: string) => string) {
    this.#text = text;
    this.#unescaped = unescaped;
    this.#position = declaration.exec(text)?.[0].length ?? 0;
  }

  get isAtEnd(): boolean {
    return this.#text.slice(this.#position).trim() === '';
  }

  element(depth: number): JsonValue | Element | undefined {
    if (depth > deepest || !(this.#usualTag() || this.#anyTag())) {
      return undefined;
    }
    const tag = this.#tag;
    let members = this.#members;
    let own = '';
    if (!this.#isEmpty) {
      for (;;) {
        const next = this.#text.indexOf('<', this.#position);
        if (next < 0) {
          return undefined;
        }
        if (next > this.#position) {
          own += this.#text.slice(this.#position, next);
        }
        this.#position = next;
        if (this.#text.charCodeAt(next + 1) === slash) {
          if (!this.#closes(tag)) {
            return undefined;
          }
          break;
        }
        const child = this.element(depth + 1);
        if (child === undefined) {
          return undefined;
        }
        members ??= new Members();
        add(members, this.name, child);
      }
    }
    this.name = localName(tag);
    if (members === undefined) {
      return this.#unescaped(own);
    }
    if (own.trim() !== '') {
      members['#text'] = this.#unescaped(own);
    }
    return members;
  }

  /** A tag as logs write nearly all of theirs: one space before each attribute, none elsewhere. */
  #usualTag(): boolean {
    const text = this.#text;
    const start = this.#position + 1;
    // One after another often has the same name.
    const isSame = this.#tag !== '' && text.startsWith(this.#tag, start);
    let end = isSame ? start + this.#tag.length : start;
    while (isNamePart(text.charCodeAt(end))) {
      end++;
    }
    if (text.charCodeAt(this.#position) !== less || !isNameStart(text.charCodeAt(start))) {
      return false;
    }
    const tag = isSame && end === start + this.#tag.length ? this.#tag : text.slice(start, end);
    let members: Element | undefined;
    while (text.charCodeAt(end) === space) {
      const from = end + 1;
      let to = from;
      while (isNamePart(text.charCodeAt(to))) {
        to++;
      }
      const quote = text.charCodeAt(to + 1);
      if (
        to === from ||
        text.charCodeAt(to) !== equals ||
        (quote !== doubleQuote && quote !== singleQuote)
      ) {
        return false;
      }
      end = text.indexOf(quote === doubleQuote ? '"' : "'", to + 2) + 1;
      const value = text.slice(to + 2, end - 1);
      if (end === 0 || value.includes('<')) {
        return false;
      }
      const name = text.slice(from, to);
      if (name !== 'xmlns') {
        members ??= new Members();
        members[attributeName(name)] = this.#unescaped(value);
      }
    }
    this.#isEmpty = text.charCodeAt(end) === slash;
    end += this.#isEmpty ? 1 : 0;
    if (text.charCodeAt(end) !== greater) {
      return false;
    }
    this.#tag = tag;
    this.#members = members;
    this.#position = end + 1;
    return true;
  }

  #anyTag(): boolean {
    opening.lastIndex = this.#position;
    const [whole, tag, attributeText = '', end] = opening.exec(this.#text) ?? [];
    if (whole === undefined || tag === undefined) {
      return false;
    }
    let members: Element | undefined;
    for (const [, key = '', double, single] of attributeText.matchAll(attributes)) {
      if (key !== 'xmlns' && !key.startsWith('xmlns:')) {
        members ??= new Members();
        members[attributeName(key)] = this.#unescaped(double ?? single ?? '');
      }
    }
    this.#tag = tag;
    this.#members = members;
    this.#isEmpty = end !== '';
    this.#position += whole.length;
    return true;
  }

  #closes(tag: string): boolean {
    const end = this.#position + 2 + tag.length;
    if (this.#text.startsWith(tag, this.#position + 2) && this.#text.charCodeAt(end) === greater) {
      this.#position = end + 1;
      return true;
    }
    closing.lastIndex = this.#position;
    const found = closing.exec(this.#text);
    this.#position += found?.[0].length ?? 0;
    return found?.[1] === tag;
  }
}

/** A letter or `_`. */
function isNameStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

/** Or a digit, `-` or `.`; not the `:` of a prefix. */
function isNamePart(code: number): boolean {
  return isNameStart(code) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const attributeNames = new Map<string, string>();
const mostAttributeNames = 1_000;
const longestAttributeName = 100;

/** As a member, from memory. */
function attributeName(name: string): string {
  let member = attributeNames.get(name);
  if (member === undefined) {
    member = `@${localName(name)}`;
    if (attributeNames.size < mostAttributeNames && name.length <= longestAttributeName) {
      attributeNames.set(name, member);
    }
  }
  return member;
}

function add(members: Element, name: string, value: JsonValue | Element): void {
  const known = members[name];
  if (known === undefined) {
    members[name] = value;
  } else if (Array.isArray(known)) {
    known.push(value);
  } else {
    members[name] = [known as JsonValue | Element, value];
  }
}
