import { type JsonValue, setMember } from '../json.js';

/** Fields that have columns of their own. */
const inColumns: ReadonlySet<string> = new Set([
  'ts',
  'proto',
  'id.orig_h',
  'id.orig_p',
  'id.resp_h',
  'id.resp_p',
]);

/** A record of a Zeek log: its fields as text, arrays as JSON text, unset ones absent. */
export class ZeekFields {
  readonly #inColumns = new Map<string, string>();
  /** What has no column of its own, under Zeek's own names. */
  readonly rest: Record<string, JsonValue> = {};

  set(name: string, text: string): void {
    if (inColumns.has(name)) {
      this.#inColumns.set(name, text);
    } else {
      setMember(this.rest, name, text);
    }
  }

  get(name: string): string | undefined {
    const value = inColumns.has(name) ? this.#inColumns.get(name) : this.rest[name];
    return typeof value === 'string' ? value : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}
