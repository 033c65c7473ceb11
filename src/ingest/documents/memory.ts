/** Beyond so many, all are forgotten. */
const mostRemembered = 2_000;
/** Longer texts are not worth it. */
const longestRemembered = 300;

/** What has been made of texts: what sources say of themselves varies little. */
export class Memory<Value> {
  readonly #known = new Map<string, Value>();

  of(text: string, make: () => Value): Value {
    const known = this.#known.get(text);
    if (known !== undefined) {
      return known;
    }
    const made = make();
    if (text.length <= longestRemembered) {
      if (this.#known.size >= mostRemembered) {
        this.#known.clear();
      }
      this.#known.set(text, made);
    }
    return made;
  }
}
