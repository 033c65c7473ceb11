import { runtime } from '../language.js';

interface StringBuilder {
  buffer: unknown[];
  getLength(this: StringBuilder): number;
}

const { StringBuilder } = runtime.Text as {
  readonly StringBuilder: { readonly prototype: StringBuilder };
};

/**
 * Texts are put together of pieces, and a text that is asked for its length joined all of them each time: a
 * literal of 100,000 values, which is asked between any two of its tokens, took minutes. Added to each other,
 * pieces are copied when the text is read.
 */
export function repairTexts(): void {
  StringBuilder.prototype.getLength = function () {
    const [first = '', ...others] = this.buffer;
    if (others.length > 0) this.buffer = [others.reduce((text, piece) => `${text}${piece}`, first)];
    return String(this.buffer[0] ?? '').length;
  };
}
