import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.js';

let kql: Harness;
beforeAll(async () => {
  kql = await startHarness();
});
afterAll(() => kql.close());

/** An expression over two texts, as constants and as columns: both have to agree. */
async function answer(expression: string, a: string, b: string) {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  const ofColumns = `datatable(a:string, b:string)[${x}, ${y}] | project r = ${expression}`;
  const ofConstants = `print r = ${expression.replace(/\ba\b/g, x).replace(/\bb\b/g, y)}`;
  const [[column] = []] = await kql.values(ofColumns);
  const [[constant] = []] = await kql.values(ofConstants);
  expect(constant).toEqual(column);
  return column;
}

describe('two addresses', () => {
  test.each([
    ['ipv4_compare(a, b)', '192.168.1.1', '192.168.1.255', -1],
    ['ipv4_compare(a, b)', '192.168.1.1/24', '192.168.1.255', 0],
    ['ipv4_compare(a, b, 24)', '192.168.1.1', '192.168.1.255', 0],
    ['ipv4_compare(a, b, 33)', '192.168.1.1', '192.168.1.1', null],
    ['ipv4_compare(a, b, -1)', '192.168.1.1', '192.168.1.1', null],
    ['ipv4_compare(a, b)', '1.2.3.4/0', '9.9.9.9', 0],
    ['ipv4_compare(a, b)', '1.2.3', '1.2.3.4', null],
    ['ipv4_is_match(a, b)', '1.2.3.4', '', null],
    ['ipv4_is_match(a, b)', '255.255.255.255', '255.255.255.255', 1],
    ['ipv4_is_match(a, b)', '1.2.3.4/33', '1.2.3.4', null],
    ['ipv4_is_in_range(a, b)', '10.1.2.3', '10.0.0.0/8', 1],
    ['ipv4_is_in_range(a, b)', '11.1.2.3', '10.0.0.0/8', 0],
    ['ipv4_is_in_range(a, b)', 'x', '10.0.0.0/8', null],
    ['ipv4_is_in_any_range(a, b, "127.0.0.0/8")', '127.9.9.9', '10.0.0.0/8', 1],
    ['ipv4_is_in_any_range(a, split(b, ","))', '127.9.9.9', '10.0.0.0/8,x,127.0.0.1/8', 1],
    ['ipv4_is_in_any_range(a, split(b, ","))', '', '10.0.0.0/8', null],
    ['ipv4_is_in_any_range(a, split(b, ","))', '1.1.1.1', 'x', 0],
    ['ipv6_compare(a, b)', '192.168.1.1', '::ffff:c0a8:0101', 0],
    ['ipv6_compare(a, b)', '::192.168.1.1/30', '192.168.1.255/24', 0],
    ['ipv6_compare(a, b)', 'fe80::1', 'fe80::2', -1],
    ['ipv6_compare(a, b, 120)', 'fe80::1', 'fe80::2', 0],
    ['ipv6_compare(a, b)', '::/0', 'fe80::2', 0],
    ['ipv6_is_match(a, b)', 'fe80::1/127', 'fe80::/127', 1],
    ['ipv6_is_match(a, b)', 'fe80::1%eth0', 'fe80::', null],
    ['ipv6_is_in_range(a, b)', 'fe80::1', 'fe80::/10', 1],
    ['ipv6_is_in_range(a, b)', 'fe80::1', 'fe80::/129', null],
    ['ipv6_is_in_any_range(a, split(b, ","))', '10.1.1.1', '::1,10.0.0.0/8', 1],
  ])('%s of %j and %j', async (expression, a, b, expected) => {
    expect(await answer(expression, a, b)).toEqual(expected);
  });
});

describe('one address', () => {
  test.each([
    ['parse_ipv4(a)', '192.168.1.1/24', 3232235776],
    ['parse_ipv4(a)', '255.255.255.255/31', 4294967294],
    ['parse_ipv4(a)', '256.1.1.1', null],
    ['parse_ipv4_mask(a, 24)', '127.0.0.1', 2130706432],
    ['parse_ipv4_mask(a, 40)', '127.0.0.1', null],
    ['format_ipv4(a, 24)', '192.168.1.255', '192.168.1.0'],
    ['format_ipv4(a)', 'abc', ''],
    ['format_ipv4_mask(a, 32)', '192.168.1.1/24', '192.168.1.0/24'],
    ['format_ipv4_mask(a, -1)', '192.168.1.1/24', ''],
    ['ipv4_is_private(a)', '172.31.255.255', 1],
    ['ipv4_is_private(a)', '172.32.0.0', 0],
    ['ipv4_is_private(a)', '169.254.0.1', 0],
    ['ipv4_is_private(a)', 'abc', null],
    ['ipv4_netmask_suffix(a)', '10.1.2.3', 32],
    ['ipv4_netmask_suffix(a)', '10.1.2.3/16', 16],
    ['parse_ipv6(a)', '::1', '0000:0000:0000:0000:0000:0000:0000:0001'],
    ['parse_ipv6(a)', '192.168.255.255/24', '0000:0000:0000:0000:0000:ffff:c0a8:ff00'],
    ['parse_ipv6(a)', 'invalid', ''],
    [
      'parse_ipv6_mask(a, 124)',
      'fe80::85d:e82c:9446:7994/120',
      'fe80:0000:0000:0000:085d:e82c:9446:7900',
    ],
  ])('%s of %j', async (expression, a, expected) => {
    expect(await answer(expression, a, '')).toEqual(expected);
  });
});

test('numbers are addresses too', async () => {
  const query = `datatable(n:long)[3232236031, -1, 4294967296, long(null)]
    | project format_ipv4(n), format_ipv4_mask(n, 24)`;
  expect(await kql.values(query)).toEqual([
    ['192.168.1.255', '192.168.1.0/24'],
    ['', ''],
    ['', ''],
    ['', ''],
  ]);
});

test('a range of addresses is as few networks as make it up', async () => {
  const query = `datatable(a:string, b:string)["1.1.128.0", "1.1.140.255", "0.0.0.0", "255.255.255.255",
      "10.0.0.1", "10.0.0.1", "10.0.0.255", "10.0.1.2", "10.0.0.2", "10.0.0.1", "x", "10.0.0.1"]
    | project ipv4_range_to_cidr_list(a, b)`;
  expect((await kql.values(query)).map(([list]) => list)).toEqual([
    ['1.1.128.0/21', '1.1.136.0/22', '1.1.140.0/24'],
    ['0.0.0.0/0'],
    ['10.0.0.1/32'],
    ['10.0.0.255/32', '10.0.1.0/31', '10.0.1.2/32'],
    [],
    null,
  ]);
});

describe('an address in a text stands between other characters than letters and digits', () => {
  test.each([
    ['has_ipv4(a, b)', 'from 127.0.0.1:80', '127.0.0.1', 1],
    ['has_ipv4(a, b)', 'from 127.0.0.15', '127.0.0.1', 0],
    ['has_ipv4(a, b)', 'from x127.0.0.1', '127.0.0.1', 0],
    ['has_ipv4(a, b)', 'from 127.0.0.256', '127.0.0.256', 0],
    ['has_ipv4(a, b)', 'from 127a0b0c1', '127.0.0.1', 0],
    ['has_ipv4_prefix(a, b)', 'from 127.0.0.1', '127.0.', 1],
    ['has_ipv4_prefix(a, b)', 'from 127.0.0.1', '127.0', 0],
    ['has_ipv4_prefix(a, b)', 'from 127.0.0.256', '127.0.', 0],
    ['has_ipv4_prefix(a, b)', 'from 127.0.0.1', '127.0.0.1', 1],
    ['has_any_ipv4(a, "1.1.1.1", b)', 'from 127.0.0.1', '127.0.0.1', 1],
    ['has_any_ipv4(a, split(b, ","))', 'from 127.0.0.1', '1.1.1.1,127.0.0.1', 1],
    ['has_any_ipv4_prefix(a, split(b, ","))', 'from 127.0.0.1', '1.1.,127.0.', 1],
    ['has_any_ipv4_prefix(a, dynamic(["127.0."]))', 'from 127.0.0.1', '', 1],
  ])('%s of %j and %j', async (expression, a, b, expected) => {
    expect(await answer(expression, a, b)).toEqual(expected);
    const query = `datatable(a:string, b:string)[${JSON.stringify(a)}, ${JSON.stringify(b)}]`;
    expect(await kql.values(`${query} | where ${expression} | count`)).toEqual([[expected]]);
  });
});

describe('addresses are looked up in a table of networks', () => {
  const networks =
    'let N = datatable(net: string, site: string, owner: string) ["10.0.0.0/8", "x", "own", "10.1.0.0/16", "y", "lab", "::/0", "x", "all"];';
  const seen =
    'datatable(ip: string, site: string) ["10.1.1.1", "x", "10.1.1.1", "y", "8.8.8.8", "x", "", "x"]';

  test.each([
    [
      'ipv4_lookup(N, ip, net)',
      [
        ['10.1.1.1', 'x', '10.0.0.0/8', 'x', 'own'],
        ['10.1.1.1', 'x', '10.1.0.0/16', 'y', 'lab'],
        ['10.1.1.1', 'y', '10.0.0.0/8', 'x', 'own'],
        ['10.1.1.1', 'y', '10.1.0.0/16', 'y', 'lab'],
      ],
    ],
    [
      'ipv4_lookup(N, ip, net, site)',
      [
        ['10.1.1.1', 'x', '10.0.0.0/8', 'own'],
        ['10.1.1.1', 'y', '10.1.0.0/16', 'lab'],
      ],
    ],
    [
      'ipv4_lookup(N, ip, net, site, return_unmatched = true)',
      [
        ['', 'x', '', ''],
        ['10.1.1.1', 'x', '10.0.0.0/8', 'own'],
        ['10.1.1.1', 'y', '10.1.0.0/16', 'lab'],
        ['8.8.8.8', 'x', '', ''],
      ],
    ],
    [
      'ipv6_lookup(N, ip, net) | where owner == "lab"',
      [
        ['10.1.0.0/16', 'y', 'lab', '10.1.1.1', 'x'],
        ['10.1.0.0/16', 'y', 'lab', '10.1.1.1', 'y'],
      ],
    ],
  ])('%s', async (call, rows) => {
    const found = await kql.values(`${networks} ${seen} | evaluate ${call}`);
    expect(found.map((row) => JSON.stringify(row)).sort()).toEqual(
      rows.map((row) => JSON.stringify(row)).sort(),
    );
  });
});
