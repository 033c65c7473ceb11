import type { JsonValue } from '../json.js';
import { textFrom } from '../windows/expression.js';
import { addressType } from '../windows/values.js';

/** Of a connection's two ends, the source is in the Internet and the destination is not. */
export function comesFromOutside(
  source: JsonValue | undefined,
  destination: JsonValue | undefined,
): boolean {
  return typeOf(source) === 'Public' && typeOf(destination) === 'Private';
}

const privateTypes: ReadonlySet<string | undefined> = new Set(['Private', 'LinkLocal', 'Loopback']);

/** An address that is not of the network that a sensor is in. */
export function isForeign(address: JsonValue | undefined): boolean {
  const type = typeOf(address);
  return type !== undefined && !privateTypes.has(type);
}

function typeOf(address: JsonValue | undefined): string | undefined {
  const text = textFrom(address);
  return text === undefined ? undefined : addressType(text);
}
