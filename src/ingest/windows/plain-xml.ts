import type { JsonValue } from '../json.js';

/** An element as JSON: attributes with `@`, text as `#text`, children by their names. */
interface Element {
  [name: string]: JsonValue | Element | (JsonValue | Element)[];
}

const opening =
  /<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attributes = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const closing = /<\/([A-Za-z_][\w.:-]*)\s*>/y;
const declaration = /^\s*<\?xml[^?]*\?>\s*/;
const deepest = 30;

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/**
 * The plain XML of event logs: elements, attributes and text, which is nearly all there is, several times
 * faster than a parser of all of XML. undefined for anything else, which that parser may understand.
 * @param unescaped for text and values of attributes
 */
export function parsePlainXml(
  text: string,
  unescaped: (text: string) => string,
): { readonly [name: string]: JsonValue } | undefined {
  let position = declaration.exec(text)?.[0].length ?? 0;

  function element(depth: number): readonly [name: string, value: JsonValue | Element] | undefined {
    opening.lastIndex = position;
    const [whole, name, attributeText, isEmpty] = opening.exec(text) ?? [];
    if (whole === undefined || name === undefined || depth > deepest) {
      return undefined;
    }
    position += whole.length;
    const members: Element = Object.create(null);
    let isPlain = true;
    for (const [, key = '', double, single] of (attributeText ?? '').matchAll(attributes)) {
      if (key !== 'xmlns' && !key.startsWith('xmlns:')) {
        members[`@${localName(key)}`] = unescaped(double ?? single ?? '');
        isPlain = false;
      }
    }
    let own = '';
    if (isEmpty === '') {
      for (;;) {
        const next = text.indexOf('<', position);
        if (next < 0) {
          return undefined;
        }
        own += text.slice(position, next);
        position = next;
        if (text.charCodeAt(next + 1) === slash) {
          closing.lastIndex = next;
          const end = closing.exec(text);
          if (end?.[1] !== name) {
            return undefined;
          }
          position += end[0].length;
          break;
        }
        const child = element(depth + 1);
        if (child === undefined) {
          return undefined;
        }
        add(members, child[0], child[1]);
        isPlain = false;
      }
    }
    if (isPlain) {
      return [localName(name), unescaped(own)];
    }
    if (own.trim() !== '') {
      members['#text'] = unescaped(own);
    }
    return [localName(name), members];
  }

  const root = element(0);
  return root === undefined || text.slice(position).trim() !== ''
    ? undefined
    : ({ [root[0]]: root[1] } as { readonly [name: string]: JsonValue });
}

const slash = 0x2f;

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
