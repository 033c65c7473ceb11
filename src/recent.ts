/** The most recently used values by their keys. */
export class Recent<Value> {
  readonly #limit: number;
  readonly #values = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    // A Map keeps the order of insertion: the first key is the one unused for longest.
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.size > this.#limit ? this.#values.keys() : [];
    if (oldest !== undefined) this.#values.delete(oldest);
  }
}
