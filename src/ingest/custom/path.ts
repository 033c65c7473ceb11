import { isObject, type JsonObject, type JsonValue, setMember } from '../json.js';

/** Where a value was found: the names on the way to it. */
export interface Found {
  readonly value: JsonValue;
  readonly keys: readonly string[];
}

/** A path, ready to be followed in many records. */
export type FieldPath = readonly Step[];

interface Step {
  readonly name: string;
  /** The name as a position in an array. */
  readonly index: number | undefined;
  /** The names that may begin here, the longest first. */
  readonly ways: readonly Way[];
}

interface Way {
  readonly key: string;
  /** The step after it. */
  readonly next: number;
}

const mostSteps = 16;
const position = /^\d{1,6}$/;

export function fieldPath(text: string): FieldPath {
  const names = text.split('.');
  if (names.length > mostSteps) {
    return [{ name: text, index: undefined, ways: [{ key: text, next: 1 }] }];
  }
  return names.map((name, start) => ({
    name,
    index: position.test(name) ? Number(name) : undefined,
    ways: names
      .slice(start)
      .map((_, index) => start + index + 1)
      .map((next) => ({ key: names.slice(start, next).join('.'), next }))
      .reverse(),
  }));
}

/**
 * The value at a path. Sources write `user.name` both as one name and as a name within another, also
 * mixed: the longest name that is there goes first.
 */
export function follow(record: JsonObject, path: FieldPath): Found | undefined {
  return within(record, path, 0, 0);
}

/** @param depth how many names have led to the value */
function within(
  value: JsonValue,
  path: FieldPath,
  at: number,
  depth: number,
): FoundWithin | undefined {
  const step = path[at];
  if (step === undefined) {
    return { value, keys: new Array<string>(depth) };
  }
  if (Array.isArray(value)) {
    const item = step.index === undefined ? undefined : value[step.index];
    return item === undefined
      ? undefined
      : named(within(item, path, at + 1, depth + 1), step.name, depth);
  }
  if (!isObject(value)) {
    return undefined;
  }
  for (const { key, next } of step.ways) {
    const inner = ownValue(value, key);
    const found =
      inner === undefined ? undefined : named(within(inner, path, next, depth + 1), key, depth);
    if (found) {
      return found;
    }
  }
  return undefined;
}

interface FoundWithin extends Found {
  readonly keys: string[];
}

/** The names are set on the way back, when it is known that there is a value. */
function named(
  found: FoundWithin | undefined,
  name: string,
  depth: number,
): FoundWithin | undefined {
  if (found) {
    found.keys[depth] = name;
  }
  return found;
}

function ownValue(record: JsonObject, key: string): JsonValue | undefined {
  const value = record[key];
  return value === undefined || Object.hasOwn(record, key) ? value : undefined;
}

/** Names of a record that are taken: with the whole of their value, or with something within it. */
export interface Taken extends ReadonlyMap<string, Taken | 'whole'> {}

/** @param found the names on the way to each value that is taken */
export function takenBy(found: Iterable<readonly string[]>): Taken {
  const within = new Map<string, (readonly string[])[]>();
  for (const [first, ...rest] of found) {
    if (first !== undefined) {
      within.set(first, [...(within.get(first) ?? []), rest]);
    }
  }
  return new Map(
    [...within].map(([name, inner]) => [
      name,
      inner.some((keys) => keys.length === 0) ? 'whole' : takenBy(inner),
    ]),
  );
}

/** The record without what is taken; objects that are empty then are left out. */
export function without(record: JsonObject, taken: Taken): JsonObject {
  const left: Record<string, JsonValue> = {};
  for (const name in record) {
    const value = record[name] ?? null;
    const inner = taken.get(name);
    // An array of which an element was taken stays whole: its other positions have a meaning.
    if (inner === undefined || (inner !== 'whole' && Array.isArray(value))) {
      setMember(left, name, value);
    } else if (inner !== 'whole' && isObject(value)) {
      const rest = without(value, inner);
      if (!isEmpty(rest)) {
        setMember(left, name, rest);
      }
    }
  }
  return left;
}

export function isEmpty(record: JsonObject): boolean {
  for (const _ in record) {
    return false;
  }
  return true;
}
