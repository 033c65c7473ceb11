import { ExactNumber, type JsonValue } from '../json.js';

export type JsonObject = { readonly [key: string]: JsonValue };

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}

/** Where a value was found: the names on the way to it. */
export interface Found {
  readonly value: JsonValue;
  readonly keys: readonly string[];
}

/** A path, ready to be followed in many records. */
export interface FieldPath {
  readonly text: string;
  /** Its names; undefined where it is one. */
  readonly steps: readonly string[] | undefined;
}

const mostSteps = 16;

export function fieldPath(text: string): FieldPath {
  const steps = text.split('.');
  return { text, steps: steps.length === 1 || steps.length > mostSteps ? undefined : steps };
}

/**
 * The value at a path. Sources write `user.name` both as one name and as a name within another, also
 * mixed: the longest name that is there goes first.
 */
export function follow(record: JsonObject, path: FieldPath): Found | undefined {
  const own = ownValue(record, path.text);
  if (own !== undefined) {
    return { value: own, keys: [path.text] };
  }
  return path.steps === undefined ? undefined : within(record, path.steps, []);
}

function within(
  value: JsonValue,
  steps: readonly string[],
  keys: readonly string[],
): Found | undefined {
  if (steps.length === 0) {
    return { value, keys };
  }
  if (Array.isArray(value)) {
    const [first = ''] = steps;
    const item = /^\d{1,6}$/.test(first) ? value[Number(first)] : undefined;
    return item === undefined ? undefined : within(item, steps.slice(1), [...keys, first]);
  }
  if (!isObject(value)) {
    return undefined;
  }
  for (let count = steps.length; count > 0; count--) {
    const key = steps.slice(0, count).join('.');
    const inner = ownValue(value, key);
    const found =
      inner === undefined ? undefined : within(inner, steps.slice(count), [...keys, key]);
    if (found) {
      return found;
    }
  }
  return undefined;
}

function ownValue(record: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The record without what was found in it; objects that are empty then are left out. */
export function without(record: JsonObject, found: Iterable<readonly string[]>): JsonObject {
  const taken = new Map<string, (readonly string[])[]>();
  for (const [first, ...rest] of found) {
    if (first !== undefined) {
      const inner = taken.get(first) ?? [];
      taken.set(first, inner);
      inner.push(rest);
    }
  }
  const left: [string, JsonValue][] = [];
  for (const [key, value] of Object.entries(record)) {
    const inner = taken.get(key);
    if (inner === undefined) {
      left.push([key, value]);
    } else if (isObject(value) && inner.every((keys) => keys.length > 0)) {
      const rest = without(value, inner);
      if (Object.keys(rest).length > 0) {
        left.push([key, rest]);
      }
    } else if (Array.isArray(value) && inner.every((keys) => keys.length > 0)) {
      // An array of which an element was taken stays whole: its other positions have a meaning.
      left.push([key, value]);
    }
  }
  return Object.fromEntries(left);
}
