import type { ScalarFunction } from '../../functions.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';
import {
  compared,
  cut,
  type Family,
  inAnyRange,
  inRange,
  matched,
  type Network,
  withNetwork,
} from './networks.js';

/** An IPv4 address is its IPv6-mapped one, and its prefix counts from there. */
const ipv6: Family = {
  bits: 128,
  parse: (text) => {
    const slash = sql`position(${text}, '/')`;
    const isV4 = sql`(position(${text}, '.') > 0)`;
    const length = sql`toInt16(ifNull(toUInt8OrNull(substring(${text}, ${slash} + 1)), 255))`;
    const prefix = sql`multiIf(${slash} = 0, 128, ${isV4} AND ${length} <= 32, ${length} + 96, ${length})`;
    const named = sql`substringIndex(${text}, '/', 1)`;
    const mapped = sql`replaceRegexpOne(${named}, '^::([0-9]+[.])', '::ffff:\\\\1')`;
    return {
      address: sql`if(${prefix} <= 128, toUInt128(toIPv6OrNull(${mapped})), NULL)`,
      prefix,
    };
  },
  masked: ({ address, prefix }) => {
    const rest = sql`toUInt8(128 - least(${prefix}, 128))`;
    return sql`if(${prefix} <= 0, toUInt128(0) * ${address}, bitShiftLeft(bitShiftRight(${address}, ${rest}), ${rest}))`;
  },
};

/** Eight groups of four hexadecimal digits; `''` where there is no address. */
function canonical(network: Network): Sql {
  const digits = sql`leftPad(lower(hex(ifNull(${ipv6.masked(network)}, toUInt128(0)))), 32, '0')`;
  const groups = sql`arrayStringConcat(extractAll(${digits}, '.{4}'), ':')`;
  return sql`if(isNull(${network.address}), '', ${groups})`;
}

export const ipv6Functions = {
  parse_ipv6: {
    doc: 'parse-ipv6-function',
    emit: (ip: Operand) => withNetwork(ipv6, ip, canonical),
    examples: [
      ['parse_ipv6("127.0.0.1")', '0000:0000:0000:0000:0000:ffff:7f00:0001'],
      ['parse_ipv6("fe80::85d:e82c:9446:7994/120")', 'fe80:0000:0000:0000:085d:e82c:9446:7900'],
    ],
  },
  parse_ipv6_mask: {
    doc: 'parse-ipv6-mask-function',
    emit: (ip: Operand, prefix: Operand) =>
      withNetwork(ipv6, ip, (network) => canonical(cut(ipv6, network, prefix))),
    examples: [
      ['parse_ipv6_mask("192.168.255.255", 120)', '0000:0000:0000:0000:0000:ffff:c0a8:ff00'],
    ],
  },
  ipv6_compare: {
    doc: 'ipv6-compare-function',
    nullable: 'always',
    emit: (a: Operand, b: Operand, prefix?: Operand) => compared(ipv6, a, b, prefix),
    examples: [['ipv6_compare("192.168.1.1", "::ffff:c0a8:0102")', '-1']],
  },
  ipv6_is_match: {
    doc: 'ipv6-is-match-function',
    nullable: 'always',
    emit: (a: Operand, b: Operand, prefix?: Operand) => matched(ipv6, a, b, prefix),
    examples: [['ipv6_is_match("192.168.1.1/24", "::ffff:c0a8:01ff")', 'true']],
  },
  ipv6_is_in_range: {
    doc: 'ipv6-is-in-range-function',
    nullable: 'always',
    emit: (ip: Operand, range: Operand) => inRange(ipv6, ip, range),
    examples: [['ipv6_is_in_range("fe80::1", "fe80::/10")', 'true']],
  },
  ipv6_is_in_any_range: {
    doc: 'ipv6-is-in-any-range-function',
    nullable: 'always',
    emit: (ip: Operand, ...ranges: Operand[]) => inAnyRange(ipv6, ip, ranges),
    examples: [['ipv6_is_in_any_range("fe80::1", "10.0.0.0/8", "fe80::/10")', 'true']],
  },
} satisfies Record<string, ScalarFunction>;
