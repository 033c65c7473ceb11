import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdentitySet, wordsOf } from '../../src/ingest/identity-set.js';

// Those that differ in one word alone meet in a slot.
const identity = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 20n }),
  fc.bigInt({ min: 0n, max: 20n }).map((high) => high << 32n),
);

it('holds what a set of bigints does, however much it grows', () => {
  fc.assert(
    fc.property(fc.array(identity), fc.array(identity), fc.nat(100), (added, sought, expected) => {
      const known = new Set<bigint>();
      const set = new IdentitySet(expected);
      const words = wordsOf(BigUint64Array.from([...added, ...sought]));
      for (const [index, each] of added.entries()) {
        const [low = 0, high = 0] = words.subarray(2 * index);
        expect(set.add(low, high)).toBe(!known.has(each));
        known.add(each);
        expect(set.size).toBe(known.size);
      }
      for (const [index, each] of [...added, ...sought].entries()) {
        const [low = 0, high = 0] = words.subarray(2 * index);
        expect(set.has(low, high)).toBe(known.has(each));
      }
      const other = new IdentitySet();
      other.addAll(BigUint64Array.from(added));
      expect(other.size).toBe(known.size);
    }),
    { numRuns: 500 },
  );
});
