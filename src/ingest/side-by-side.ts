import type { Conversion } from './connector.js';

/** One that lets everything go when it is asked to. */
type Releasing = Required<Omit<Conversion, 'heldFrom' | 'copy'>>;

/** Several conversions of one stream: `convert` says which of them a record is for. */
export function sideBySide(
  conversions: readonly Releasing[],
  convert: Conversion['convert'],
): Conversion {
  return {
    convert,
    get heldBytes() {
      return conversions.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    },
    *release(flowing) {
      for (const each of conversions) yield* each.release(flowing);
    },
    close() {
      for (const each of conversions) each.close();
    },
  };
}
