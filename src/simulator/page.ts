import type { Moment } from './time.js';

interface Line {
  readonly at: Moment;
  readonly from: number;
  readonly to: number;
}

/** ASCII lines that come in any order and leave in the order of their moments. */
export class Page {
  // Bytes at once, while the text's pieces are still in the processor's cache.
  #bytes = Buffer.allocUnsafe(65_536);
  #used = 0;
  readonly #lines: Line[] = [];

  add(at: Moment, text: string): void {
    const room = this.#used + text.length;
    if (room > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(room, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    const from = this.#used;
    this.#used += this.#bytes.write(text, from, 'latin1');
    this.#lines.push({ at, from, to: this.#used });
  }

  inOrder(): Buffer {
    this.#lines.sort((left, right) => left.at - right.at);
    const ordered = Buffer.allocUnsafe(this.#used);
    let position = 0;
    for (const { from, to } of this.#lines) {
      position += this.#bytes.copy(ordered, position, from, to);
    }
    return ordered;
  }
}
