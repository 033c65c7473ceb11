import { compactJson, ExactNumber, type JsonValue } from '../json.js';

/** An event of a Windows log (or of Sysmon for Linux), out of whatever its shipper wrapped it in. */
export interface WindowsEvent {
  /** In lower case: `microsoft-windows-sysmon`. */
  readonly provider: string;
  readonly id: number;
  readonly channel: string;
  /** As reported; never the collector. */
  readonly computer: string;
  /** The envelope's time, as written. */
  readonly time: string | undefined;
  /** The time is in UTC or says its zone. */
  readonly hasTrueTime: boolean;
  readonly recordId: string | undefined;
  /** The process that wrote the event. */
  readonly headerPid: number | undefined;
  readonly data: EventData;
}

/** The named values of an event, found in any case; the logs themselves are not of one mind about it. */
export class EventData {
  #layout = ofNothing;
  readonly #values: string[] = [];

  get size(): number {
    return this.#values.length;
  }

  /** @param name in lower case */
  get(name: string): string | undefined {
    const slot = this.#layout.slotOf(name);
    return slot < 0 ? undefined : this.#values[slot];
  }

  set(name: string, value: string): void {
    const layout = this.#layout.with(name);
    if (layout === this.#layout) {
      this.#values[layout.slotOf(lowerCase(name))] = value;
    } else {
      this.#layout = layout;
      this.#values.push(value);
    }
  }

  delete(name: string): void {
    const slot = this.#layout.slotOf(lowerCase(name));
    if (slot >= 0) {
      const { names } = this;
      this.#values.splice(slot, 1);
      this.#layout = names
        .toSpliced(slot, 1)
        .reduce((layout, each) => layout.with(each), ofNothing);
    }
  }

  /** Sets what JSON has for a value; nothing and `null` are no value. */
  put(name: string, value: JsonValue | undefined): void {
    const text = textOf(value);
    if (text !== undefined) {
      this.set(name, text);
    }
  }

  /** Names as the source spells them: one and the same list for events that have the same ones. */
  get names(): readonly string[] {
    return this.#layout.names;
  }

  /** In the order of the names. */
  get values(): readonly string[] {
    return this.#values;
  }

  /** @param slot of its name */
  replace(slot: number, value: string): void {
    this.#values[slot] = value;
  }
}

/** Beyond so many names, or so long ones, they are of one event alone. */
const mostShared = 200;
const longestShared = 200;
/** Names that layouts are remembered for, copies of them counted. */
const mostRemembered = 50_000;

/**
 * The names of an event in their order. An event of a log has the same ones as the next, so that layouts
 * are found, as one name comes after another, and seldom made.
 */
class Layout {
  readonly #size: number;
  /** Those of layouts with the same names and some more are at the end. */
  readonly #names: string[];
  readonly #slots: Map<string, number>;
  readonly #isShared: boolean;
  #ownNames: readonly string[] | undefined;
  /** By the name that comes next, the first of them at hand; itself where that is one of its own. */
  #usualName: string | undefined;
  #usual: Layout | undefined;
  #others: Map<string, Layout> | undefined;

  constructor(size: number, names: string[], slots: Map<string, number>, isShared: boolean) {
    this.#size = size;
    this.#names = names;
    this.#slots = slots;
    this.#isShared = isShared;
  }

  get names(): readonly string[] {
    this.#ownNames ??= this.#names.slice(0, this.#size);
    return this.#ownNames;
  }

  /**
   * Where the value of a name stands; -1: it has none.
   * @param name in lower case
   */
  slotOf(name: string): number {
    const slot = this.#slots.get(name);
    return slot === undefined || slot >= this.#size ? -1 : slot;
  }

  /** With one name more, or itself where it has the name in any case. */
  with(name: string): Layout {
    if (name === this.#usualName && this.#usual) {
      return this.#usual;
    }
    return this.#others?.get(name) ?? this.#made(name);
  }

  #made(name: string): Layout {
    const key = lowerCase(name);
    const isShared = this.#isShared && this.#size < mostShared && name.length <= longestShared;
    if (this.slotOf(key) >= 0) {
      return isShared ? this.#remember(name, this, 1) : this;
    }
    const isAtEnd = this.#names.length === this.#size && isShared === this.#isShared;
    const names = isAtEnd ? this.#names : this.#names.slice(0, this.#size);
    const slots = isAtEnd
      ? this.#slots
      : new Map(names.map((each, slot) => [lowerCase(each), slot]));
    names.push(name);
    slots.set(key, this.#size);
    const next = new Layout(this.#size + 1, names, slots, isShared);
    return isShared ? this.#remember(name, next, isAtEnd ? 1 : names.length) : next;
  }

  /** @param held names that it takes */
  #remember(name: string, next: Layout, held: number): Layout {
    remembered += held;
    if (remembered > mostRemembered) {
      remembered = 0;
      ofNothing = emptyLayout();
    }
    if (this.#usualName === undefined) {
      this.#usualName = name;
      this.#usual = next;
    } else {
      this.#others ??= new Map();
      this.#others.set(name, next);
    }
    return next;
  }
}

const emptyLayout = () => new Layout(0, [], new Map(), true);
let ofNothing = emptyLayout();
let remembered = 0;

/** A value as event data have it. */
export function textOf(value: JsonValue | undefined): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      if (value === null || value === undefined) {
        return undefined;
      }
      return value instanceof ExactNumber ? value.digits : compactJson(value);
  }
}

const lowered = new Map<string, string>();
const mostLowered = 20_000;

/** Lower case, from memory: the names of a source are few, and short. */
export function lowerCase(name: string): string {
  if (name.length > longestShared) {
    return name.toLowerCase();
  }
  let lower = lowered.get(name);
  if (lower === undefined) {
    lower = name.toLowerCase();
    if (lowered.size >= mostLowered) {
      lowered.clear();
    }
    lowered.set(name, lower);
  }
  return lower;
}
