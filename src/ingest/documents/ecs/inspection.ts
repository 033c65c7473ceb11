import { all, any, at, choose, firstOf, inPartAt, isThere, lists } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails } from './actor.js';
import { connection, inbound } from './connection.js';
import { category } from './event.js';
import { isOfSuricata } from './sensors.js';

const direction = choose([inbound, 'In'], [undefined, 'Out']);

export const signature: DocumentRule = {
  event: 'network alert',
  table: 'DeviceNetworkEvents',
  actionType: 'NetworkSignatureInspected',
  condition: all(
    any(
      lists('event.kind', 'alert'),
      // Security Onion says so in the name of the log.
      all(lists('event.dataset', 'alert', 'suricata.alert'), isThere('rule.name')),
      isThere('notice.note'),
    ),
    category('network', 'intrusion_detection'),
    any(isThere('source.ip'), isThere('destination.ip')),
  ),
  actor: acting,
  columns: { ...actorDetails, ...connection },
  isOfLocal: true,
  additional: {
    direction,
    // Of a firewall the rule is the one that lets the connection pass, and not what has been found in it.
    SignatureName: firstOf(
      at('panw.panos.threat.name'),
      at('fortinet.firewall.attack'),
      at('rule.name'),
      at('notice.note'),
      inPartAt('message'),
    ),
  },
};

/** Sensors that look into connections; they have a log for each protocol. */
export const seen = (protocol: string) =>
  any(
    lists(
      'event.dataset',
      ...['', 'zeek.', 'corelight.', 'network_traffic.'].map((sensor) => `${sensor}${protocol}`),
    ),
    all(isOfSuricata, lists('suricata.eve.event_type', protocol)),
  );

/** Protocols that are looked into, under the names that Defender has for it. */
function inspected(
  actionType: string,
  protocols: readonly string[],
  additional: DocumentRule['additional'] = {},
): DocumentRule {
  return {
    event: `${protocols.join(', ')}, looked into`,
    table: 'DeviceNetworkEvents',
    actionType,
    condition: all(
      category('network', 'network_traffic', 'web'),
      any(...protocols.map(seen)),
      any(isThere('source.ip'), isThere('destination.ip')),
    ),
    actor: acting,
    columns: { ...actorDetails, ...connection },
    isOfLocal: true,
    additional: { direction, ...additional },
  };
}

/** Of the names here, the second is Security Onion's. */
export const looksInto: readonly DocumentRule[] = [
  inspected('HttpConnectionInspected', ['http'], {
    method: firstOf(at('http.request.method'), at('http.method')),
    host: firstOf(inPartAt('url.domain'), at('http.virtual_host'), inPartAt('destination.domain')),
    uri: firstOf(at('url.original'), at('http.uri'), at('url.path')),
    user_agent: firstOf(at('user_agent.original'), at('http.useragent')),
    status_code: firstOf(at('http.response.status_code'), at('http.status_code')),
  }),
  inspected('SslConnectionInspected', ['ssl', 'tls'], {
    server_name: firstOf(inPartAt('tls.client.server_name'), at('ssl.server_name')),
  }),
  inspected('DnsConnectionInspected', ['dns'], {
    query: to.domainName(firstOf(at('dns.question.name'), at('dns.query.name'))),
    qtype_name: firstOf(at('dns.question.type'), at('dns.query.type_name')),
    rcode_name: firstOf(at('dns.response_code'), at('dns.response.code_name')),
  }),
  inspected('SshConnectionInspected', ['ssh']),
  inspected('FtpConnectionInspected', ['ftp']),
  inspected('SmtpConnectionInspected', ['smtp']),
];
