import { joined } from '../../windows/expression.js';
import { all, any, at, choose, isThere, lists, not } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails } from './actor.js';
import { connection, isDenied, isInbound } from './connection.js';
import { activity, rule } from './event.js';

export const network = rule('4001 network activity', 'DeviceNetworkEvents', {
  actionType: choose(
    [activity(7), 'ListeningConnectionCreated'],
    [isDenied, 'ConnectionFailed'],
    [isInbound, 'InboundConnectionAccepted'],
    [undefined, 'ConnectionSuccess'],
  ),
  condition: not(activity(2, 3)),
  note: 'Local and remote change places for inbound connections.',
  actor: acting,
  columns: connection,
  isOfLocal: true,
});

/** Protocols that are looked into, under the names that Defender has for it. */
function inspected(event: string, actionType: string, additional: DocumentRule['additional'] = {}) {
  return rule(event, 'DeviceNetworkEvents', {
    actionType,
    actor: acting,
    columns: connection,
    isOfLocal: true,
    additional: { direction: choose([isInbound, 'In'], [undefined, 'Out']), ...additional },
  });
}

export const http = inspected('4002 HTTP activity', 'HttpConnectionInspected', {
  method: at('http_request.http_method'),
  host: at('http_request.url.hostname'),
  uri: joined('?', at('http_request.url.path'), at('http_request.url.query_string')),
  user_agent: at('http_request.user_agent'),
  status_code: at('http_response.code'),
});

export const ssh = inspected('4007 SSH activity', 'SshConnectionInspected');

export const ftp = inspected('4008 FTP activity', 'FtpConnectionInspected');

export const session = (event: string) =>
  rule(event, 'DeviceNetworkEvents', {
    actionType: choose(
      [isDenied, 'ConnectionFailed'],
      [isInbound, 'InboundConnectionAccepted'],
      [undefined, 'ConnectionSuccess'],
    ),
    actor: acting,
    columns: connection,
    isOfLocal: true,
  });

/** Zeek, whose own log has it as a connection that it has looked into. */
export const dnsOfSensor: DocumentRule = {
  ...inspected('4003 DNS activity, as a sensor sees it', 'DnsConnectionInspected', {
    query: to.domainName(at('query.hostname')),
    qtype_name: at('query.type'),
    rcode_name: at('rcode'),
  }),
  condition: lists('metadata.product.name', 'Zeek', 'Corelight', 'Suricata'),
};

export const dns = rule('4003 DNS activity', 'DeviceEvents', {
  actionType: choose(
    // Some tell of both at once.
    [
      all(activity(1), not(any(isThere('answers'), isThere('rcode'), isThere('rcode_id')))),
      'DnsQueryRequest',
    ],
    [undefined, 'DnsQueryResponse'],
  ),
  actor: acting,
  columns: {
    ...actorDetails,
    LocalIP: to.address(at('src_endpoint.ip')),
    LocalPort: to.port(at('src_endpoint.port')),
    RemoteIP: to.address(at('dst_endpoint.ip')),
    RemotePort: to.port(at('dst_endpoint.port')),
  },
  additional: {
    DnsQueryString: to.domainName(at('query.hostname')),
    DnsQueryResult: to.renamed('answers', { type: 'DnsQueryType', rdata: 'Result' }),
    DnsQueryType: at('query.type'),
    QueryStatus: to.integer(at('rcode_id')),
  },
});
