import { type JsonValue, maxJsonDepth, setMember } from '../json.js';
import { asObject, type JsonObject } from '../windows/shape.js';

/** A member of documents on the way of a path, and those below it. */
interface PathNode {
  readonly slot: number;
  readonly below: Map<string, PathNode>;
}

let slots = 0;
/** All paths that rules read, of whatever source: a document is walked once for all of them. */
const root = newNode();

function newNode(): PathNode {
  return { slot: slots++, below: new Map() };
}

/** The number that stands for a path, such as `process.parent.pid`. */
export function slotOf(path: string): number {
  let node = root;
  for (const name of path.split('.')) {
    const known = node.below.get(name);
    const next = known ?? newNode();
    if (known === undefined) {
      node.below.set(name, next);
    }
    node = next;
  }
  return node.slot;
}

/** The values of one document at a time, by the slots of their paths. */
export class PathValues {
  readonly #values = new Array<JsonValue | undefined>(slots).fill(undefined);
  readonly #found: number[] = [];

  /** Takes the place of the document before. */
  open(document: JsonObject): void {
    for (const slot of this.#found) {
      this.#values[slot] = undefined;
    }
    this.#found.length = 0;
    this.#collect(root, document, 0);
  }

  /** The value of a path; in lists the first that there is. */
  at(slot: number): JsonValue | undefined {
    return this.#values[slot];
  }

  #collect(node: PathNode, value: JsonValue, depth: number): void {
    if (Array.isArray(value)) {
      for (const item of depth < maxJsonDepth ? (value as readonly JsonValue[]) : []) {
        this.#collect(node, item, depth + 1);
      }
      return;
    }
    const object = asObject(value);
    for (const name in object) {
      const next = node.below.get(name);
      const member = object[name];
      if (next === undefined || member === undefined || member === null) {
        continue;
      }
      if (this.#values[next.slot] === undefined) {
        this.#values[next.slot] = member;
        this.#found.push(next.slot);
      }
      if (typeof member === 'object' && next.below.size > 0) {
        this.#collect(next, member, depth + 1);
      }
    }
  }
}

/** Paths that a row tells; emptied at once. */
export class PathSet {
  readonly #marks = new Array<number>(slots).fill(0);
  #mark = 1;

  clear(): void {
    this.#mark++;
  }

  add(slot: number): void {
    this.#marks[slot] = this.#mark;
  }

  addAll(slots: readonly number[]): void {
    for (const slot of slots) {
      this.#marks[slot] = this.#mark;
    }
  }

  has(slot: number): boolean {
    return this.#marks[slot] === this.#mark;
  }
}
/** Deeper than that, members are taken whole. */
const deepest = 40;

/** An object in the making. */
export type Members = Record<string, JsonValue>;

/** What is left of a document without the paths that are told; undefined where nothing is. */
export function without(document: JsonObject, told: PathSet): Members | undefined {
  return leftOf(document, told, root, 0);
}

function leftOf(
  object: JsonObject,
  told: PathSet,
  node: PathNode | undefined,
  depth: number,
): Members | undefined {
  let left: Members | undefined;
  for (const name in object) {
    const value = object[name];
    const next = node && nodeBelow(node, name);
    if (value === undefined || value === null || value === '' || (next && told.has(next.slot))) {
      continue;
    }
    const inner = depth < deepest ? asObject(value) : undefined;
    const kept = inner ? leftOf(inner, told, next, depth + 1) : value;
    if (kept !== undefined && !(Array.isArray(kept) && kept.length === 0)) {
      left ??= {};
      setMember(left, name, kept);
    }
  }
  return left;
}

/** By a member's name, which may be a path itself. */
function nodeBelow(node: PathNode, name: string): PathNode | undefined {
  const known = node.below.get(name);
  if (known !== undefined || !name.includes('.')) {
    return known;
  }
  let next: PathNode | undefined = node;
  for (const part of name.split('.')) {
    next = next?.below.get(part);
  }
  return next;
}
