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
  readonly message: string | undefined;
  readonly data: EventData;
}

/** The named values of an event, found in any case; the logs themselves are not of one mind about it. */
export class EventData {
  readonly #values = new Map<string, string>();
  #names: string[] = [];

  get size(): number {
    return this.#names.length;
  }

  /** @param name in lower case */
  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: string): void {
    const key = lowerCase(name);
    if (!this.#values.has(key)) {
      this.#names.push(name);
    }
    this.#values.set(key, value);
  }

  delete(name: string): void {
    const key = lowerCase(name);
    if (this.#values.delete(key)) {
      this.#names = this.#names.filter((other) => lowerCase(other) !== key);
    }
  }

  /** Sets what JSON has for a value; nothing and `null` are no value. */
  put(name: string, value: JsonValue | undefined): void {
    const text = textOf(value);
    if (text !== undefined) {
      this.set(name, text);
    }
  }

  /** Names as the source spells them. */
  get names(): readonly string[] {
    return this.#names;
  }
}

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

/** Lower case, from memory: the names of a source are few. */
export function lowerCase(name: string): string {
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
