import type { Conversion, HoldingConversion } from './connector.js';

/** Several conversions of one stream: `convert` says which of them a record is for. */
export function sideBySide(
  conversions: readonly HoldingConversion[],
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
