import { type Condition, type Expression, literal } from '../../windows/expression.js';
import { comesFromOutside, isForeign } from '../direction.js';
import { listOf } from '../document.js';
import { all, any, at, firstOf, isThere, lists, not, when } from '../expression.js';
import * as to from '../transforms.js';
import { action, actionText, category, type } from './event.js';
import { isOfAppliance, isOfSensor } from './sensors.js';

const [ownAddresses, sourceAddress, destinationAddress] = [
  at('host.ip'),
  at('source.ip'),
  at('destination.ip'),
];

const comesFromHost: Condition = {
  test: (scope) => listOf(ownAddresses.read(scope)).includes(sourceAddress.read(scope) ?? null),
  text: 'source.ip in host.ip',
  fields: [],
};

/** A request as the server logs it that answers it, which names the client alone. */
const isServed = all(
  category('web'),
  type('access'),
  isThere('source.ip'),
  not(isThere('destination.ip')),
  not(isThere('destination.domain')),
);

/** To a sensor in the network, who is not of it comes from outside. */
const comesToSensor = all(isOfSensor, {
  test: (scope) => isForeign(sourceAddress.read(scope)),
  text: 'source.ip is not private',
  fields: [],
});

/** Of a firewall the addresses say it: its directions are of zones, or of what a client is sent. */
const passesInwards = all(isOfAppliance, crosses(sourceAddress, destinationAddress));
const passesOutwards = all(isOfAppliance, crosses(destinationAddress, sourceAddress));

export const inbound = any(
  passesInwards,
  all(lists('network.direction', 'ingress', 'inbound', 'incoming'), not(passesOutwards)),
  all(
    not(lists('network.direction', 'egress', 'outbound', 'outgoing')),
    not(action('connection_attempted', 'connected-to')),
    not(comesFromHost),
    any(comesToHost(), comesToSensor, isServed),
  ),
);

/** One end alone is private, and what is outside is not the firewall itself. */
function crosses(outside: Expression, inside: Expression): Condition {
  return {
    test: (scope) => {
      const [from, to] = [outside.read(scope), inside.read(scope)];
      return comesFromOutside(from, to) && !listOf(ownAddresses.read(scope)).includes(from ?? null);
    },
    text: `${inside.text} alone private`,
    fields: [],
  };
}

/** The destination is an address of the host; where neither end is, what is seen comes from outside. */
function comesToHost(): Condition {
  return {
    test: (scope) => {
      const [source, destination] = [sourceAddress.read(scope), destinationAddress.read(scope)];
      return (
        destination !== undefined &&
        (listOf(ownAddresses.read(scope)).includes(destination) ||
          comesFromOutside(source, destination))
      );
    },
    text: 'destination.ip in host.ip, or alone private',
    fields: [],
  };
}

export const isListening = any(
  action('bound-socket', 'listen', 'network_listen', 'bound'),
  actionText(
    /connection_listen|^(?:networklisten|rawbind)ip\d$/,
    'is CONNECTION_LISTEN, NetworkListenIP4 or RawBindIP4',
  ),
);

/** Of what is listened at there is one end, whichever the source calls it. */
const isOneEnd = all(isListening, not(all(isThere('source.ip'), isThere('destination.ip'))));

const ends = (name: string, convert: (operand: Expression) => Expression) => {
  const [source, destination] = [at(`source.${name}`), at(`destination.${name}`)];
  const [local, remote] = [when(inbound, destination, source), when(inbound, source, destination)];
  return {
    local: convert(when(isOneEnd, firstOf(source, destination), local)),
    remote: convert(when(isOneEnd, literal(''), remote)),
  };
};

const addresses = ends('ip', to.address);

const addressTypes = ends('ip', to.addressType);

const ports = ends('port', to.integer);

export const connection: Readonly<Record<string, Expression>> = {
  LocalIP: addresses.local,
  LocalPort: ports.local,
  RemoteIP: addresses.remote,
  RemotePort: ports.remote,
  RemoteUrl: firstOf(
    at('url.full'),
    at('destination.domain'),
    at('tls.client.server_name'),
    at('url.domain'),
  ),
  Protocol: to.protocolName(firstOf(at('network.transport'), at('network.iana_number'))),
  LocalIPType: addressTypes.local,
  RemoteIPType: addressTypes.remote,
};
