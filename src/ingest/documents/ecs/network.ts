import { joined, literal } from '../../windows/expression.js';
import { all, any, at, choose, isThere, lists, not, when } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import { acting, actorDetails, user } from './actor.js';
import { connection, inbound, isListening } from './connection.js';
import { action, actionText, category, hasFailed, type } from './event.js';
import { seen } from './inspection.js';
import { isOfAppliance, isOfSuricata, isOfZeek } from './sensors.js';

/** Zeek's states of connections that did not come about, and Suricata's. */
const hasNoAnswer = any(
  all(
    isOfSuricata,
    any(lists('suricata.eve.tcp.state', 'syn_sent'), lists('destination.packets', '0')),
  ),
  ...['zeek.connection.state', 'connection.state'].map((path) =>
    lists(path, 'S0', 'REJ', 'RSTOS0', 'SH', 'RSTRH'),
  ),
);

/** What a sensor has a log of its own for, beside that of all connections. */
const isOfConnection = any(
  all(isOfZeek, not(any(seen('connection'), seen('conn')))),
  all(
    isOfSuricata,
    isThere('suricata.eve.event_type'),
    not(lists('suricata.eve.event_type', 'flow', 'netflow', 'drop')),
  ),
);

const isIcmp = any(
  lists('network.transport', 'icmp', 'ipv6-icmp'),
  lists('network.iana_number', '1', '58'),
);

/** Programs that do not wait for a connection are told that it is being made. */
const isUnderWay = lists('auditd.data.exit', 'EINPROGRESS');

/** What fails is the request: its connection has carried the answer. */
const isAnswered = isThere('http.response.status_code');

/** Suricata tells of a flow when it has ended. */
const isOfStart = all(isOfSuricata, isThere('event.start'));

const isFlow = all(action('network_flow'), isThere('flow.id'), isThere('event.start'));

export const networkEvent = {
  event: 'network connection',
  table: 'DeviceNetworkEvents',
  actionType: choose(
    [all(isIcmp, not(type('denied'))), 'IcmpConnectionInspected'],
    [all(type('denied'), inbound), 'ConnectionFailed'],
    [
      any(
        all(hasFailed, not(isUnderWay), not(isAnswered)),
        type('denied', 'error'),
        actionText(/connection_create_failed/, 'has CONNECTION_CREATE_FAILED'),
        hasNoAnswer,
      ),
      'ConnectionFailed',
    ],
    [isListening, 'ListeningConnectionCreated'],
    [inbound, 'InboundConnectionAccepted'],
    [action('connection_attempted'), 'ConnectionSuccess'],
    [undefined, 'ConnectionSuccess'],
  ),
  condition: all(
    any(
      category('network', 'network_traffic', 'web'),
      all(action('socket_opened'), lists('event.dataset', 'socket')),
    ),
    any(
      type('connection', 'start', 'access', 'protocol', 'allowed', 'denied', 'flow'),
      action('network_flow', 'socket_opened'),
      // Security Onion says no more of its kind.
      all(lists('event.module', 'zeek'), lists('event.dataset', 'conn', 'zeek.conn')),
      // Of a firewall it is the process that writes the log, and what it says may be of no connection.
      all(
        type('info'),
        isThere('process.pid'),
        isThere('source.ip'),
        isThere('destination.ip'),
        not(isOfAppliance),
      ),
    ),
    not(all(type('end'), not(type('start')), not(type('connection')))),
    not(isOfConnection),
    any(isThere('source.ip'), isThere('destination.ip'), isThere('destination.domain')),
  ),
  actor: acting,
  note: 'Local and remote change places for inbound connections. A flow has one row, at its start, however often it is reported.',
  time: when(any(isFlow, isOfStart), at('event.start'), literal('')),
  identity: when(isFlow, joined(' ', at('flow.id'), at('event.start')), literal('')),
  columns: { ...actorDetails, ...connection },
  isOfLocal: true,
} satisfies DocumentRule;

/** Who is known of it is at its source. */
export const passing: DocumentRule = {
  ...networkEvent,
  event: 'network connection, as a firewall sees it',
  condition: all(isOfAppliance, networkEvent.condition),
  actor: { user: when(inbound, literal(''), user) },
  columns: connection,
};
