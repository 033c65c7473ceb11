import { convert } from '../../convert.js';
import type { CallSite, ScalarFunction } from '../../functions.js';
import { elementsOf } from '../../json.js';
import { constantText, type Operand } from '../../operand.js';
import { join, literal, type Sql, sql } from '../../sql.js';
import { foldedText } from '../../terms.js';
import { dynamicElements, elementOperand } from './list-items.js';

const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const before = '(?:^|[^0-9A-Za-z])';
const after = '(?:[^0-9A-Za-z]|$)';
const isAddress = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const isPrefix = new RegExp(`^(?:${octet}\\.){1,3}$`);

/** RE2 for the address, or for the addresses with the prefix, as terms of a text; null where it is neither. */
function patternFor(ip: string, asPrefix: boolean): string | null {
  const quoted = ip.replaceAll('.', '\\.');
  if (isAddress.test(ip)) return `${before}${quoted}${after}`;
  if (!asPrefix || !isPrefix.test(ip)) return null;
  const rest = 4 - ip.split('.').length + 1;
  return `${before}${quoted}${octet}(?:\\.${octet}){${rest - 1}}${after}`;
}

function mentions(call: CallSite, source: Operand, ip: Operand, asPrefix: boolean): Sql {
  const searched = convert(source, 'string');
  const known = constantText(ip);
  if (known === undefined) return mentionsAtRuntime(searched, convert(ip, 'string'), asPrefix);
  const pattern = patternFor(known, asPrefix);
  if (pattern === null) return sql`false`;
  const test = sql`match(${searched}, ${literal(pattern)})`;
  // The n-gram index knows the lower case alone.
  return call.filter
    ? sql`(${foldedText(searched)} LIKE ${literal(`%${known}%`)} AND ${test})`
    : test;
}

function mentionsAtRuntime(searched: Sql, ip: Sql, asPrefix: boolean): Sql {
  const whole = literal(isAddress.source);
  const quoted = sql`replaceAll(${ip}, '.', '\\\\.')`;
  const ofAddress = sql`(match(${ip}, ${whole}) AND match(${searched}, concat(${literal(before)}, ${quoted}, ${literal(after)})))`;
  if (!asPrefix) return ofAddress;
  const rest = literal(`${octet}(?:\\.${octet}){`);
  const ofPrefix = sql`(match(${ip}, ${literal(isPrefix.source)}) AND match(${searched}, concat(${literal(before)}, ${quoted}, ${rest}, toString(3 - countSubstrings(${ip}, '.')), '}', ${literal(after)})))`;
  return sql`(${ofAddress} OR ${ofPrefix})`;
}

function anyMentioned(asPrefix: boolean) {
  return (call: CallSite, source: Operand, ...ips: Operand[]): Sql => {
    const tests = ips.flatMap((ip) => {
      if (ip.type !== 'dynamic') return [mentions(call, source, ip, asPrefix)];
      const known = dynamicElements(ip);
      if (known) return known.map((each) => mentions(call, source, each, asPrefix));
      const element = elementOperand(sql`_e`, ip);
      const searched = convert(source, 'string');
      const test = mentionsAtRuntime(searched, sql`_i`, asPrefix);
      const texts = sql`arrayMap(_e -> ${convert(element, 'string')}, ${elementsOf(ip)})`;
      return [sql`arrayExists(_i -> ${test}, ${texts})`];
    });
    return tests.length === 0 ? sql`false` : sql`(${join(tests, sql` OR `)})`;
  };
}

export const ipSearchFunctions = {
  has_ipv4: {
    doc: 'has-ipv4-function',
    nullable: 'never',
    emitCall: (call, source: Operand, ip: Operand) => mentions(call, source, ip, false),
    examples: [
      ['has_ipv4("Source address is 10.1.2.3:1234", "10.1.2.3")', 'true'],
      ['has_ipv4("05:04:54127.0.0.1", "127.0.0.1")', 'false'],
    ],
  },
  has_ipv4_prefix: {
    doc: 'has-ipv4-prefix-function',
    trap: 'a prefix ends in a dot',
    nullable: 'never',
    emitCall: (call, source: Operand, ip: Operand) => mentions(call, source, ip, true),
    examples: [
      ['has_ipv4_prefix("from 127.0.0.1", "127.0.")', 'true'],
      ['has_ipv4_prefix("from 127.0.0.1", "127.0")', 'false'],
    ],
  },
  has_any_ipv4: {
    doc: 'has-any-ipv4-function',
    nullable: 'never',
    emitCall: anyMentioned(false),
    examples: [['has_any_ipv4("from 127.0.0.1", dynamic(["10.0.0.1", "127.0.0.1"]))', 'true']],
  },
  has_any_ipv4_prefix: {
    doc: 'has-any-ipv4-prefix-function',
    nullable: 'never',
    emitCall: anyMentioned(true),
    examples: [['has_any_ipv4_prefix("from 127.0.0.1", "192.168.", "127.0.")', 'true']],
  },
} satisfies Record<string, ScalarFunction>;
