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

/** 31 bits of FNV-1a: unique enough beside device and time. */
export function reportId(text: string): number {
  return fnv(text, 0x811c9dc5) >>> 1;
}

function fnv(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** 52 bits. */
function hashOf(text: string): number {
  return (fnv(text, 0x811c9dc5) >>> 0) * 2 ** 20 + (fnv(text, 0x2f0b4a27) >>> 12);
}
