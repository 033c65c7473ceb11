import { convert } from '../../convert.js';
import type { ScalarFunction } from '../../functions.js';
import { arrayText, onlyIf } from '../../json.js';
import type { Operand } from '../../operand.js';
import { integer, join, type Sql, sql } from '../../sql.js';
import {
  compared,
  cut,
  type Family,
  inAnyRange,
  inKnown,
  inRange,
  matched,
  type Network,
  withNetwork,
} from './networks.js';

const noNetwork: Network = { address: sql`CAST(NULL AS Nullable(Int64))`, prefix: sql`0` };

export const ipv4: Family = {
  bits: 32,
  parse: (text) => {
    const slash = sql`position(${text}, '/')`;
    const number = (address: Sql) => sql`toInt64(toUInt32(toIPv4OrNull(${address})))`;
    // Few texts have a prefix: the others are not taken apart for one.
    const long = onlyIf(sql`${slash} > 0`, text);
    const length = sql`ifNull(toUInt8OrNull(substring(${long}, ${slash} + 1)), 255)`;
    const prefix = sql`if(${slash} = 0, 32, ${length})`;
    const before = sql`if(${prefix} <= 32, ${number(sql`substringIndex(${long}, '/', 1)`)}, NULL)`;
    return { address: sql`if(${slash} = 0, ${number(text)}, ${before})`, prefix };
  },
  constant: (text) => {
    const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
    const [bytes, prefix] = [parts?.slice(1, 5).map(Number), Number(parts?.[5] ?? 32)];
    if (!bytes || bytes.some((byte) => byte > 255) || prefix > 32) return noNetwork;
    const address = bytes.reduce((value, byte) => value * 256 + byte, 0);
    return {
      address: sql`toInt64(${integer(address)})`,
      prefix: integer(prefix),
      known: { address: BigInt(address), prefix },
    };
  },
  knownMasked: ({ address, prefix }) => (address >> BigInt(32 - prefix)) << BigInt(32 - prefix),
  masked: ({ address, prefix }) =>
    sql`bitAnd(${address}, 4294967296 - bitShiftLeft(toInt64(1), toUInt8(32 - least(${prefix}, 32))))`,
};

/** The networks that the addresses of private use are from. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

function isPrivate(ip: Operand): Sql {
  return withNetwork(ipv4, ip, (network) => {
    const known = privateRanges.flatMap((range) => ipv4.constant?.(range).known ?? []);
    return sql`(${join(inKnown(ipv4, network, known), sql` OR `)})`;
  });
}

/** An address given as a text or as a number. */
function withAddress(ip: Operand, use: (network: Network) => Sql): Sql {
  if (ip.type === 'int' || ip.type === 'long') {
    const value = convert(ip, 'long');
    const address = sql`if(${value} BETWEEN 0 AND 4294967295, ${value}, NULL)`;
    return use({ address, prefix: sql`32` });
  }
  return withNetwork(ipv4, ip, use);
}

function addressText(network: Network): Sql {
  return sql`IPv4NumToString(toUInt32(${ipv4.masked(network)}))`;
}

/** `''` where there is no address. */
function formatted(ip: Operand, prefix: Operand | undefined, withPrefix: boolean): Sql {
  return withAddress(ip, (network) => {
    const shown = cut(ipv4, network, prefix);
    const text = withPrefix
      ? sql`concat(${addressText(shown)}, '/', toString(${shown.prefix}))`
      : addressText(shown);
    return sql`ifNull(${text}, '')`;
  });
}

/** The fewest networks that make up the addresses from the first to the last. */
function cidrList(start: Operand, end: Operand): Sql {
  return withNetwork(ipv4, start, (first) =>
    withNetwork(ipv4, end, (last) => {
      // The next network: as long as the address is aligned and the rest is large enough.
      const left = sql`(${last.address} - tupleElement(_a, 1) + 1)`;
      const aligned = sql`if(tupleElement(_a, 1) = 0, 4294967296, bitAnd(tupleElement(_a, 1), -tupleElement(_a, 1)))`;
      const size = sql`least(ifNull(${aligned}, 1), toInt64(exp2(floor(log2(greatest(ifNull(${left}, 1), 1))))))`;
      const network = sql`concat('"', IPv4NumToString(toUInt32(tupleElement(_a, 1))), '/', toString(32 - toUInt8(log2(${size}))), '"')`;
      const step = sql`if(tupleElement(_a, 1) > ${assumed(last.address)}, _a, (tupleElement(_a, 1) + ${size}, arrayPushBack(tupleElement(_a, 2), ${network})))`;
      const list = sql`tupleElement(arrayFold((_a, _i) -> ${step}, range(64), (${assumed(first.address)}, emptyArrayString())), 2)`;
      return sql`if(isNull(${first.address}) OR isNull(${last.address}), '', ${arrayText(list)})`;
    }),
  );
}

function assumed(address: Sql): Sql {
  return sql`toInt64(ifNull(${address}, 0))`;
}

export const ipv4Functions = {
  parse_ipv4: {
    doc: 'parse-ipv4-function',
    nullable: 'always',
    emit: (ip: Operand) => withNetwork(ipv4, ip, ipv4.masked),
    examples: [['parse_ipv4("192.168.1.1/24")', '3232235776']],
  },
  parse_ipv4_mask: {
    doc: 'parse-ipv4-mask-function',
    nullable: 'always',
    emit: (ip: Operand, prefix: Operand) =>
      withNetwork(ipv4, ip, (network) => ipv4.masked(cut(ipv4, network, prefix))),
    examples: [['parse_ipv4_mask("127.0.0.1", 24)', '2130706432']],
  },
  format_ipv4: {
    doc: 'format-ipv4-function',
    emit: (ip: Operand, prefix?: Operand) => formatted(ip, prefix, false),
    examples: [
      ['format_ipv4("192.168.1.255", 24)', '192.168.1.0'],
      ['format_ipv4(3232236031)', '192.168.1.255'],
    ],
  },
  format_ipv4_mask: {
    doc: 'format-ipv4-mask-function',
    emit: (ip: Operand, prefix?: Operand) => formatted(ip, prefix, true),
    examples: [
      ['format_ipv4_mask("192.168.1.255", 24)', '192.168.1.0/24'],
      ['format_ipv4_mask("192.168.1.255")', '192.168.1.255/32'],
    ],
  },
  ipv4_compare: {
    doc: 'ipv4-compare-function',
    nullable: 'always',
    emit: (a: Operand, b: Operand, prefix?: Operand) => compared(ipv4, a, b, prefix),
    examples: [['ipv4_compare("192.168.1.1", "192.168.1.255")', '-1']],
  },
  ipv4_is_match: {
    doc: 'ipv4-is-match-function',
    nullable: 'always',
    emit: (a: Operand, b: Operand, prefix?: Operand) => matched(ipv4, a, b, prefix),
    examples: [['ipv4_is_match("192.168.1.1/24", "192.168.1.255")', 'true']],
  },
  ipv4_is_in_range: {
    doc: 'ipv4-is-in-range-function',
    nullable: 'always',
    emit: (ip: Operand, range: Operand) => inRange(ipv4, ip, range),
    examples: [['ipv4_is_in_range("192.168.1.6", "192.168.1.1/24")', 'true']],
  },
  ipv4_is_in_any_range: {
    doc: 'ipv4-is-in-any-range-function',
    nullable: 'always',
    emit: (ip: Operand, ...ranges: Operand[]) => inAnyRange(ipv4, ip, ranges),
    examples: [
      ['ipv4_is_in_any_range("10.1.2.3", dynamic(["127.0.0.0/8", "10.0.0.0/8"]))', 'true'],
    ],
  },
  ipv4_is_private: {
    doc: 'ipv4-is-private-function',
    nullable: 'always',
    emit: isPrivate,
    examples: [
      ['ipv4_is_private("192.168.1.1/24")', 'true'],
      ['ipv4_is_private("127.0.0.1")', 'false'],
    ],
  },
  ipv4_netmask_suffix: {
    doc: 'ipv4-netmask-suffix-function',
    nullable: 'always',
    emit: (ip: Operand) =>
      withNetwork(
        ipv4,
        ip,
        ({ address, prefix }) => sql`if(isNull(${address}), NULL, toInt64(${prefix}))`,
      ),
    examples: [['ipv4_netmask_suffix("192.168.1.1/24")', '24']],
  },
  ipv4_range_to_cidr_list: {
    doc: 'ipv4-range-to-cidr-list-function',
    emit: cidrList,
    examples: [
      [
        'ipv4_range_to_cidr_list("1.1.128.0", "1.1.140.255")',
        '["1.1.128.0/21","1.1.136.0/22","1.1.140.0/24"]',
      ],
    ],
  },
} satisfies Record<string, ScalarFunction>;
