import { type JsonValue, maxJsonDepth } from '../json.js';
import { textFrom } from '../windows/expression.js';
import { asObject, type JsonObject } from '../windows/shape.js';

/** Deeper than that, members are taken whole. */
const deepest = 40;

/**
 * The document with names such as `process.parent.pid` unfolded into objects. Where a name is a value's
 * and a path's at once, the path stays a name.
 */
export function nested(document: JsonObject): JsonObject {
  if (!hasPaths(document)) {
    return document;
  }
  const result = copyOf(document);
  const copies = new Set<object>();
  for (const name in document) {
    const value = document[name];
    if (name.includes('.') && value !== undefined) {
      delete result[name];
      put(result, name.split('.'), value, name, copies);
    }
  }
  return result;
}

function hasPaths(document: JsonObject): boolean {
  for (const name in document) {
    if (name.includes('.')) {
      return true;
    }
  }
  return false;
}

type Members = Record<string, JsonValue>;

function copyOf(document: JsonObject): Members {
  return Object.assign(Object.create(null) as Members, document);
}

/** With more members. Spreading what JSON.parse has made takes ten times as long. */
export function extended(document: JsonObject, more: JsonObject): JsonObject {
  return Object.hasOwn(document, '__proto__') || Object.hasOwn(more, '__proto__')
    ? { ...document, ...more }
    : Object.assign({}, document, more);
}

/** @param copies objects that are the document's own: the record keeps what it came with */
function put(
  root: Members,
  path: readonly string[],
  value: JsonValue,
  name: string,
  copies: Set<object>,
): void {
  let members = root;
  for (const [index, part] of path.entries()) {
    const known = members[part];
    if (index === path.length - 1) {
      const [here, more] = [asObject(known), asObject(value)];
      if (known === undefined) {
        members[part] = value;
      } else if (here && more) {
        members[part] = { ...here, ...more };
      } else {
        root[name] = value;
      }
      return;
    }
    const inner = asObject(known);
    if ((known !== undefined && inner === undefined) || index >= deepest) {
      root[name] = value;
      return;
    }
    const own: Members = inner && copies.has(inner) ? (inner as Members) : copyOf(inner ?? {});
    copies.add(own);
    members[part] = own;
    members = own;
  }
}

/** The value at a path; in lists the first that has one. */
export function valueAt(
  document: JsonValue,
  path: readonly string[],
  from = 0,
  depth = 0,
): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (let index = from; index < path.length; index++) {
    if (Array.isArray(value)) {
      for (const item of depth < maxJsonDepth ? (value as readonly JsonValue[]) : []) {
        const found = valueAt(item, path, index, depth + 1);
        if (found !== undefined) {
          return found;
        }
      }
      return undefined;
    }
    const object: JsonObject | undefined = asObject(value);
    if (object === undefined) {
      return undefined;
    }
    value = object[path[index] ?? ''];
  }
  return value ?? undefined;
}

/** The elements of a list; a value that is none is its only one. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** In Elasticsearch, a value and a list of it alone are the same. */
export function onlyOf(value: JsonValue | undefined): JsonValue | undefined {
  if (!Array.isArray(value) || value.length !== 1) {
    return value;
  }
  const only = (value as readonly JsonValue[])[0];
  return textFrom(only) === undefined ? value : only;
}

/** Reads the text at a path of a document. */
export function textIn(path: string): (document: JsonObject) => string | undefined {
  const parts = path.split('.');
  return (document) => textFrom(onlyOf(valueAt(document, parts)));
}

/** Reads the text at the first of the paths that has one. */
export function firstTextIn(
  ...paths: readonly string[]
): (document: JsonObject) => string | undefined {
  const all = paths.map(textIn);
  return (document) => {
    for (const read of all) {
      const text = read(document);
      if (text !== undefined) {
        return text;
      }
    }
    return undefined;
  };
}

/** The document with another value at a path. */
export function replacedAt(
  document: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: JsonValue,
): JsonObject {
  const result = copyOf(document);
  result[name] =
    rest.length === 0 ? value : replacedAt(asObject(document[name]) ?? {}, rest, value);
  return result;
}
