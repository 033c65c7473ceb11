import ipaddr from 'ipaddr.js';

/** Defender's names for what kind of address an IP address is; '' for what is none. */
export function ipType(address: string): string {
  if (!ipaddr.isValid(address)) return '';
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv6' && (parsed as ipaddr.IPv6).isIPv4MappedAddress()) {
    return 'FourToSixMapping';
  }
  return types[parsed.range()] ?? 'Public';
}

const types: Readonly<Record<string, string>> = {
  loopback: 'Loopback',
  private: 'Private',
  uniqueLocal: 'Private',
  linkLocal: 'LinkLocal',
  multicast: 'Multicast',
  broadcast: 'Broadcast',
  teredo: 'Teredo',
  unspecified: 'Reserved',
  reserved: 'Reserved',
};

export function isPrivateAddress(address: string): boolean {
  return ['Private', 'LinkLocal', 'Loopback'].includes(ipType(address));
}

const protocols: Readonly<Record<string, string>> = {
  tcp: 'Tcp',
  '6': 'Tcp',
  udp: 'Udp',
  '17': 'Udp',
  icmp: 'Icmp',
  '1': 'Icmp',
  icmpv6: 'Icmp',
  '58': 'Icmp',
};

/** A transport protocol as Defender spells it, by name or by number. */
export function protocolName(protocol: string): string {
  return protocols[protocol.toLowerCase()] ?? protocol;
}

/** A moment of so many seconds since 1970, given as decimal text, with the seven digits of a tick. */
export function epochTime(seconds: string): string | undefined {
  const match = /^(\d{1,11})(?:\.(\d+))?$/.exec(seconds);
  if (!match?.[1]) return undefined;
  const whole = new Date(Number(match[1]) * 1000).toISOString().slice(0, 19);
  return `${whole}.${(match[2] ?? '').padEnd(7, '0').slice(0, 7)}Z`;
}
