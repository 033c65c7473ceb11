import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { Emitted } from '../../functions.js';
import { elementsOf } from '../../json.js';
import { constantInteger, constantText, type Operand } from '../../operand.js';
import { integer, join, type Sql, sql } from '../../sql.js';

/** An address with the length of its network's prefix. */
export interface Network {
  /** A number that is NULL where the text is no address or its prefix no length. */
  readonly address: Sql;
  readonly prefix: Sql;
}

/** IPv4 or IPv6. */
export interface Family {
  readonly bits: 32 | 128;
  readonly parse: (text: Sql) => Network;
  /** The network of a text that is known when the query is compiled, where that makes it shorter. */
  readonly constant?: (text: string) => Network;
  /** The address with all bits behind the prefix cleared. */
  readonly masked: (network: Network) => Sql;
}

/** SQL over the network that a text names, which is parsed once. */
export function withNetwork(family: Family, operand: Operand, use: (network: Network) => Sql): Sql {
  const known = constantText(operand);
  if (known !== undefined && family.constant) return use(family.constant(known));
  return bound(convert(operand, 'string'), (text) => use(family.parse(text)));
}

/** A prefix length as an argument: NULL where it is none. */
export function prefixArgument(family: Family, prefix: Operand): Sql {
  const known = constantInteger(prefix);
  if (known !== undefined) {
    return known >= 0n && known <= BigInt(family.bits) ? integer(known) : sql`NULL`;
  }
  const value = convert(prefix, 'long');
  return sql`if(${value} BETWEEN 0 AND ${integer(family.bits)}, ${value}, NULL)`;
}

/** The shorter of two prefixes; `least` would skip a NULL. */
function shorter(first: Sql, second: Sql): Sql {
  return sql`if(${first} < ${second}, ${first}, ${second})`;
}

/** A network whose prefix is cut to a length that the call gives. */
export function cut(family: Family, network: Network, prefix?: Operand): Network {
  if (!prefix) return network;
  const given = prefixArgument(family, prefix);
  return {
    address: sql`if(isNull(${given}), NULL, ${network.address})`,
    prefix: shorter(sql`ifNull(${given}, 0)`, network.prefix),
  };
}

/** -1, 0 or 1 by the bits that both prefixes and the call's have in common. */
export function compared(family: Family, a: Operand, b: Operand, prefix?: Operand): Sql {
  return ofPair(
    family,
    [a, b],
    prefix,
    (first, second) => sql`toInt64(multiIf(${first} < ${second}, -1, ${first} > ${second}, 1, 0))`,
  );
}

export function matched(family: Family, a: Operand, b: Operand, prefix?: Operand): Sql {
  return ofPair(family, [a, b], prefix, (first, second) => sql`(${first} = ${second})`);
}

function ofPair(
  family: Family,
  [a, b]: readonly [Operand, Operand],
  prefix: Operand | undefined,
  use: (first: Sql, second: Sql) => Sql,
): Sql {
  return withNetwork(family, a, (first) =>
    withNetwork(family, b, (second) => {
      const common = shorter(first.prefix, second.prefix);
      const limited = cut(family, { address: first.address, prefix: common }, prefix);
      const masks = [limited, { address: second.address, prefix: limited.prefix }];
      return sql`if(isNull(${limited.address}) OR isNull(${second.address}), NULL, ${allBound(
        masks.map((network) => family.masked(network)),
        (x, y) => (x && y ? use(x, y) : sql`NULL`),
      )})`;
    }),
  );
}

/** Whether the address lies in the range; NULL where one of them is none. */
export function inRange(family: Family, ip: Operand, range: Operand): Sql {
  return withNetwork(family, ip, (network) =>
    withNetwork(family, range, (wanted) => within(family, network, wanted)),
  );
}

function within(family: Family, network: Network, range: Network): Sql {
  const inside = family.masked({ address: family.masked(network), prefix: range.prefix });
  return sql`(${inside} = ${family.masked(range)})`;
}

/** Whether the address lies in one of the ranges; NULL where it is none. */
export function inAnyRange(family: Family, ip: Operand, ranges: readonly Operand[]): Emitted {
  const test = withNetwork(family, ip, (network) => {
    const isIn = (range: Sql) => within(family, network, family.parse(range));
    const tests = ranges.map((range) =>
      range.type === 'dynamic'
        ? inDynamic(range, isIn)
        : sql`ifNull(${withNetwork(family, range, (wanted) => within(family, network, wanted))}, false)`,
    );
    return sql`if(isNull(${network.address}), NULL, (${join(tests, sql` OR `)}))`;
  });
  return { ...test, nullable: true };
}

function inDynamic(ranges: Operand, isIn: (range: Sql) => Sql): Sql {
  const element: Operand = { ...ranges, ...sql`_e`, type: 'dynamic', nullable: false };
  const texts = sql`arrayMap(_e -> ${convert(element, 'string')}, ${elementsOf(ranges)})`;
  return sql`arrayExists(_r -> ifNull(${isIn(sql`_r`)}, false), ${texts})`;
}
