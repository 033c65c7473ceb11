import type { ScalarFunction } from '../../functions.js';
import { letIn } from '../../let.js';
import type { Operand } from '../../operand.js';
import { type Sql, sql } from '../../sql.js';

/** Address and length of `address/length`; a length that is none, or of no address, is -1. */
function parted(text: Sql, address: Sql, most: Sql, body: Sql): Sql {
  const parts = sql`splitByChar('/', ${text})`;
  return letIn(
    { _s: parts },
    letIn(
      {
        _a: address,
        _l: sql`multiIf(length(_s) = 1, toInt64(${most}), length(_s) = 2 AND match(_s[2], '^[0-9]{1,3}$'), toInt64OrZero(_s[2]), toInt64(-1))`,
      },
      body,
    ),
  );
}

const ipv4 = {
  address: sql`toIPv4OrNull(trim(BOTH ' ' FROM _s[1]))`,
  most: sql`32`,
  network: (length: Sql) =>
    sql`concat(toString(tupleElement(IPv4CIDRToRange(assumeNotNull(_a), toUInt8(${length})), 1)), '/', toString(${length}))`,
};

const ipv6 = {
  address: sql`toIPv6OrNull(trim(BOTH ' ' FROM _s[1]))`,
  // The length of an IPv4 network counts from its start inside IPv6.
  most: sql`if(position(_s[1], ':') > 0, 128, 32)`,
  network: (length: Sql) =>
    sql`concat(toString(tupleElement(IPv6CIDRToRange(assumeNotNull(_a), toUInt8(${length})), 1)), '/', toString(${length}))`,
};

type FamilySql = typeof ipv4;
type Emit = NonNullable<ScalarFunction['emit']>;

function network(family: FamilySql, ownLength: Sql, greatest: Sql): Emit {
  return (text: Operand) =>
    parted(
      text,
      family.address,
      family.most,
      letIn(
        { _n: ownLength },
        sql`if(isNull(_a) OR _n < 0 OR _n > ${greatest}, '', ${family.network(sql`_n`)})`,
      ),
    );
}

function networks(family: FamilySql, ownLength: Sql): Emit {
  return (text: Operand, lengths: Operand) => {
    const each = sql`arrayMap(_m -> ${family.network(sql`_m`)}, arrayFilter(_m -> _m <= _n, JSONExtract(${lengths}, 'Array(Int64)')))`;
    return parted(
      text,
      family.address,
      family.most,
      letIn({ _n: ownLength }, sql`if(isNull(_a) OR _n < 0, emptyArrayString(), ${each})`),
    );
  };
}

const ipv6Length = sql`if(_l < 0 OR position(_s[1], ':') > 0, _l, _l + 96)`;

/** What the lookups of addresses need of the engine that no function of KQL gives. */
export const ipPluginFunctions = {
  ipv4_network: { doc: 'ipv4-lookup-plugin', emit: network(ipv4, sql`_l`, sql`32`) },
  ipv4_networks: { doc: 'ipv4-lookup-plugin', emit: networks(ipv4, sql`_l`) },
  ipv6_network: { doc: 'ipv6-lookup-plugin', emit: network(ipv6, ipv6Length, sql`128`) },
  ipv6_networks: { doc: 'ipv6-lookup-plugin', emit: networks(ipv6, ipv6Length) },
  network_length: {
    doc: 'ipv4-lookup-plugin',
    nullable: 'always',
    emit: (text: Operand) => sql`toInt64OrNull(splitByChar('/', ${text})[2])`,
  },
} satisfies Record<string, ScalarFunction>;
