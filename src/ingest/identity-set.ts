/** Slots an identity, so that one is found in few steps. */
const slotsPerIdentity = 2;
const wordsPerSlot = 2;
const leastSlots = 16;

/** Numbers of 64 bits as pairs of words: the lower at the even index, the higher behind it. */
export function wordsOf({ buffer, byteOffset, byteLength }: BigUint64Array | BigInt64Array) {
  return new Uint32Array(buffer, byteOffset, byteLength / Uint32Array.BYTES_PER_ELEMENT);
}

/**
 * A set of identities, which are hashes, by open addressing. It holds them as words: a set of bigints costs
 * several times as much, most of it in the collection of their memory.
 */
export class IdentitySet {
  #slots: Uint32Array;
  #mask: number;
  #count = 0;
  /** 0 cannot be in a slot: it says that one is empty. */
  #hasZero = false;

  /** @param expected how many are likely to come; more take larger slots and a copy */
  constructor(expected = 0) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(leastSlots, expected * slotsPerIdentity)));
    this.#slots = new Uint32Array(slots * wordsPerSlot);
    this.#mask = slots - 1;
  }

  get size(): number {
    return this.#count + (this.#hasZero ? 1 : 0);
  }

  has(low: number, high: number): boolean {
    return low === 0 && high === 0 ? this.#hasZero : this.#isAt(this.#slotOf(low, high), low, high);
  }

  /** Whether it is a new one. */
  add(low: number, high: number): boolean {
    if (low === 0 && high === 0) {
      const isNew = !this.#hasZero;
      this.#hasZero = true;
      return isNew;
    }
    const at = this.#slotOf(low, high);
    if (this.#isAt(at, low, high)) {
      return false;
    }
    this.#slots[at] = low;
    this.#slots[at + 1] = high;
    this.#count++;
    if (this.#count * slotsPerIdentity > this.#mask) {
      this.#grow();
    }
    return true;
  }

  addAll(identities: BigUint64Array): void {
    const words = wordsOf(identities);
    for (let at = 0; at < words.length; at += wordsPerSlot) {
      this.add(words[at] ?? 0, words[at + 1] ?? 0);
    }
  }

  #isAt(at: number, low: number, high: number): boolean {
    return this.#slots[at] === low && this.#slots[at + 1] === high;
  }

  /** Where it is, or would be. */
  #slotOf(low: number, high: number): number {
    const slots = this.#slots;
    // Of a hash the lowest bits are as good as any.
    for (let slot = low & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * wordsPerSlot;
      const isEmpty = slots[at] === 0 && slots[at + 1] === 0;
      if (isEmpty || (slots[at] === low && slots[at + 1] === high)) {
        return at;
      }
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let at = 0; at < before.length; at += wordsPerSlot) {
      const [low = 0, high = 0] = [before[at], before[at + 1]];
      if (low !== 0 || high !== 0) {
        const to = this.#slotOf(low, high);
        this.#slots[to] = low;
        this.#slots[to + 1] = high;
      }
    }
  }
}
