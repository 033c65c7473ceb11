import { Generations } from './correlation/generations.js';

/** Of identical events that are remembered; they come close to each other. */
const mostOccurrences = 1_000_000;

/** Tells apart events that are the same to the last letter, by how often they have come. */
export class Occurrences {
  readonly #counts = new Generations<number, number>(mostOccurrences);

  /** The content, and from the second time on its number. */
  identityOf(content: string): string {
    const hash = hashOf(content);
    const before = this.#counts.get(hash) ?? 0;
    this.#counts.set(hash, before + 1);
    return before === 0 ? content : `${content}\n${before}`;
  }
}

const prime = 0x01000193;
const basis = 0x811c9dc5;
const otherBasis = 0x2f0b4a27;

/** 31 bits of FNV-1a: unique enough beside device and time. */
export function reportId(text: string): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  }
  return hash >>> 1;
}

/** 52 bits, of two hashes that do not wait for each other. */
function hashOf(text: string): number {
  let hash = basis;
  let other = otherBasis;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    hash = Math.imul(hash ^ code, prime);
    other = Math.imul(other ^ code, prime);
  }
  return (hash >>> 0) * 2 ** 20 + (other >>> 12);
}
