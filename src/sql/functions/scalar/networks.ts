import { allBound, bound } from '../../bound.js';
import { convert } from '../../convert.js';
import type { Emitted } from '../../functions.js';
import { elementsOf } from '../../json.js';
import { constantInteger, constantText, type Operand } from '../../operand.js';
import { integer, join, type Sql, sql } from '../../sql.js';
import { dynamicElements, elementOperand } from './list-items.js';

/** An address with the length of its network's prefix. */
export interface Network {
  /** A number that is NULL where the text is no address or its prefix no length. */
  readonly address: Sql;
  readonly prefix: Sql;
}

export interface KnownNetwork {
  readonly address: bigint;
  readonly prefix: number;
}

/** IPv4 or IPv6. */
export interface Family {
  readonly bits: 32 | 128;
  readonly parse: (text: Sql) => Network;
  /** The network of a text that is known when the query is compiled, where that makes it shorter. */
  readonly constant?: (text: string) => Network & { readonly known?: KnownNetwork };
  /** The address with all bits behind a prefix cleared that is known when the query is compiled. */
  readonly knownMasked?: (network: KnownNetwork) => bigint;
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
export function inAnyRange(family: Family, ip: Operand, given: readonly Operand[]): Emitted {
  const ranges = given.flatMap((range) => (family.constant && dynamicElements(range)) || [range]);
  const known = ranges.map((range) => constantText(range));
  const test = withNetwork(family, ip, (network) => {
    const isIn = (range: Sql) => within(family, network, family.parse(range));
    const rest = ranges.filter((_, index) => !family.constant || known[index] === undefined);
    const tests = rest.map((range) =>
      range.type === 'dynamic'
        ? inDynamic(range, isIn)
        : sql`ifNull(${withNetwork(family, range, (wanted) => within(family, network, wanted))}, false)`,
    );
    const networks = known.flatMap((text) =>
      text === undefined ? [] : (family.constant?.(text).known ?? []),
    );
    const all = [...inKnown(family, network, networks), ...tests];
    const found = all.length > 0 ? sql`(${join(all, sql` OR `)})` : sql`false`;
    return sql`if(isNull(${network.address}), NULL, ${found})`;
  });
  return { ...test, nullable: true };
}

/** One list for the networks of each length of prefix. NULL where there is no address. */
export function inKnown(family: Family, network: Network, known: readonly KnownNetwork[]): Sql[] {
  const { knownMasked } = family;
  if (!knownMasked) return [];
  const own = family.masked(network);
  return [...new Set(known.map(({ prefix }) => prefix))].map((prefix) => {
    const addresses = new Set(
      known.filter((each) => each.prefix === prefix).map((each) => knownMasked(each)),
    );
    const masked = family.masked({ address: own, prefix: integer(BigInt(prefix)) });
    return sql`(${masked} IN (${join([...addresses].map(integer))}))`;
  });
}

function inDynamic(ranges: Operand, isIn: (range: Sql) => Sql): Sql {
  const element = elementOperand(sql`_e`, ranges);
  const texts = sql`arrayMap(_e -> ${convert(element, 'string')}, ${elementsOf(ranges)})`;
  return sql`arrayExists(_r -> ifNull(${isIn(sql`_r`)}, false), ${texts})`;
}
