import ipaddr from 'ipaddr.js';
import { Reader } from 'mmdb-lib';

/** A network and what is known of its place, as the JSON text of KQL's answer. */
export interface GeoNetwork {
  /** `a.b.c.d/n` or an IPv6 prefix. */
  readonly prefix: string;
  readonly place: string;
}

/** What mmdb-lib reads by but keeps to itself: a look-up follows one path, and we want them all. */
interface ReaderParts {
  readonly walker: { left(offset: number): number; right(offset: number): number };
  readonly ipv4StartNodeNumber: number;
  resolveDataPointer(pointer: number): unknown;
}

/** Every network of a MaxMind DB file, IPv4 addresses as such also where the tree is one of IPv6. */
export function* networksOf(file: Buffer): Generator<GeoNetwork> {
  const reader = new Reader(file);
  const { nodeCount, nodeByteSize, ipVersion } = reader.metadata;
  const parts = reader as unknown as ReaderParts;
  const bits = ipVersion === 4 ? 32 : 128;
  const ipv4Root = ipVersion === 4 ? 0 : parts.ipv4StartNodeNumber;
  const places = new Map<number, string>();
  // A stack of our own: the tree is as deep as an address is long.
  const pending: { node: number; depth: number; address: bigint }[] = [
    { node: 0, depth: 0, address: 0n },
  ];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, depth, address } = next;
    if (node === nodeCount || depth > bits) continue;
    if (node > nodeCount) {
      const place = places.get(node) ?? placeOf(parts.resolveDataPointer(node));
      places.set(node, place);
      if (place !== '{}') yield { prefix: prefixOf(address, depth, bits), place };
      continue;
    }
    // Trees of IPv6 repeat that of IPv4 in other places (6to4, Teredo): once is enough.
    if (bits === 128 && node === ipv4Root && depth !== 96) continue;
    const offset = node * nodeByteSize;
    const right = address | (1n << BigInt(bits - 1 - depth));
    pending.push({ node: parts.walker.right(offset), depth: depth + 1, address: right });
    pending.push({ node: parts.walker.left(offset), depth: depth + 1, address });
  }
}

function prefixOf(address: bigint, depth: number, bits: number): string {
  if (bits === 32) return `${ipv4Text(address)}/${depth}`;
  if (depth >= 96 && address >> 32n === 0n) return `${ipv4Text(address)}/${depth - 96}`;
  const bytes = Array.from({ length: 16 }, (_, index) =>
    Number((address >> BigInt(120 - index * 8)) & 255n),
  );
  return `${ipaddr.fromByteArray(bytes).toString()}/${depth}`;
}

function ipv4Text(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => Number((address >> shift) & 255n)).join('.');
}

interface Names {
  readonly names?: { readonly en?: string };
  readonly iso_code?: string;
}

/** Records of MaxMind's form, or flat ones with a country code. */
interface GeoRecord {
  readonly country?: Names;
  readonly subdivisions?: readonly Names[];
  readonly city?: Names;
  readonly location?: { readonly latitude?: number; readonly longitude?: number };
  readonly country_code?: string;
}

const regions = new Intl.DisplayNames(['en'], { type: 'region' });

/** `{"country":…,"state":…,"city":…,"latitude":…,"longitude":…}` with what is known. */
function placeOf(data: unknown): string {
  const record = (typeof data === 'object' && data !== null ? data : {}) as GeoRecord;
  const code = record.country?.iso_code ?? record.country_code;
  const place = {
    country: record.country?.names?.en ?? (code === undefined ? undefined : regionName(code)),
    state: record.subdivisions?.[0]?.names?.en,
    city: record.city?.names?.en,
    latitude: record.location?.latitude,
    longitude: record.location?.longitude,
  };
  return JSON.stringify(place);
}

function regionName(code: string): string {
  return /^[A-Za-z]{2}$/.test(code) ? (regions.of(code.toUpperCase()) ?? code) : code;
}
