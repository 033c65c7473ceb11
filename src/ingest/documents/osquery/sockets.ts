import { computed, type Expression, match, textFrom } from '../../windows/expression.js';
import { words } from '../../words.js';
import { all, at, choose, firstOf, isThere, lists, not } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, common } from './columns.js';

const [localAddress, remoteAddress] = [at('local_address'), at('remote_address')].map(
  to.anyAddress,
) as [Expression, Expression];

const ends: Readonly<Record<string, Expression>> = {
  LocalIP: localAddress,
  LocalPort: to.port(at('local_port')),
  LocalIPType: to.addressType(localAddress),
  RemoteIP: remoteAddress,
  RemotePort: to.port(at('remote_port')),
  RemoteIPType: to.addressType(remoteAddress),
  Protocol: firstOf(to.protocolName(nonZero('protocol')), ofSocket()),
};

function nonZero(name: string): Expression {
  const { read, text, fields } = at(name);
  return computed(
    text,
    (scope) => {
      const value = read(scope);
      return textFrom(value) === '0' ? undefined : value;
    },
    fields,
  );
}

/** By the type of a socket: SOCK_STREAM, SOCK_DGRAM. */
function ofSocket(): Expression {
  return match(at('type'), { 1: 'Tcp', 2: 'Udp' }, '');
}

const call = firstOf(at('action'), at('syscall'));

export const socketEvent: DocumentRule = {
  event: 'socket_events, bpf_socket_events',
  table: 'DeviceNetworkEvents',
  actionType: computed(
    'by action and status: InboundConnectionAccepted, ListeningConnectionCreated, ConnectionSuccess, ConnectionFailed',
    (scope) => {
      const action = textFrom(call.read(scope))?.toLowerCase() ?? '';
      if (action === 'connect') {
        const status = textFrom(socketStatus.read(scope))?.toLowerCase();
        return status === undefined || succeeded.has(status)
          ? 'ConnectionSuccess'
          : 'ConnectionFailed';
      }
      return socketActions[action];
    },
    ['action', 'syscall', 'status', 'success'],
  ),
  actor: acting,
  columns: ends,
  additional: common,
};

const socketStatus = firstOf(at('status'), at('success'), at('exit_code'));

const succeeded = new Set(['0', '1', 'in_progress', 'succeeded', 'no_client']);

/** -EINPROGRESS, as bpf_socket_events have it: in 64 bits without a sign, or in as many with one. */
for (const underWay of ['-115', '18446744073709551501']) {
  succeeded.add(underWay);
}

const socketActions: Readonly<Record<string, string>> = words({
  accept: 'InboundConnectionAccepted',
  accept4: 'InboundConnectionAccepted',
  bind: 'ListeningConnectionCreated',
  listen: 'ListeningConnectionCreated',
});

export const openSocket: DocumentRule = {
  event: 'process_open_sockets',
  table: 'DeviceNetworkEvents',
  actionType: choose(
    [lists('state', 'LISTEN'), 'ListeningConnectionCreated'],
    [undefined, 'ConnectionSuccess'],
  ),
  condition: all(isThere('remote_address'), not(lists('remote_address', '0.0.0.0', '::'))),
  actor: acting,
  columns: ends,
  additional: common,
};

export const listening: DocumentRule = {
  event: 'listening_ports',
  table: 'DeviceNetworkEvents',
  actionType: 'ListeningConnectionCreated',
  condition: all(isThere('port'), not(lists('port', '0'))),
  actor: acting,
  columns: {
    LocalIP: to.address(at('address')),
    LocalPort: to.integer(at('port')),
    LocalIPType: to.addressType(at('address')),
    Protocol: to.protocolName(at('protocol')),
  },
  additional: common,
};
