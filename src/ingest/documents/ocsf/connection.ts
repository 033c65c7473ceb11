import type { Condition, Expression } from '../../windows/expression.js';
import { comesFromOutside } from '../direction.js';
import { all, any, at, firstOf, isThere, lists, not, when } from '../expression.js';
import * as to from '../transforms.js';
import { actorDetails } from './actor.js';
import { activity, hasFailed } from './event.js';

/** A request as the server logs it that answers it, or what guards that, which name the client alone. */
const isServed = all(
  lists('class_uid', '4002'),
  isThere('src_endpoint.ip'),
  ...['ip', 'hostname', 'domain'].map((name) => not(isThere(`dst_endpoint.${name}`))),
);

export const isInbound = any(
  lists('connection_info.direction_id', '1'),
  all(
    not(lists('connection_info.direction_id', '1', '2', '3')),
    any(
      lists('connection_info.direction', 'inbound', 'ingress'),
      comesToDevice(),
      all(isServed, not(comesFromDevice())),
    ),
  ),
);

function comesFromDevice(): Condition {
  const [own, from] = [at('device.ip'), at('src_endpoint.ip')];
  return {
    test: (scope) => own.read(scope) === from.read(scope),
    text: 'src_endpoint.ip = device.ip',
    fields: [],
  };
}

/**
 * Of the two ends, the destination alone has the address of the device; where neither has, what is seen comes
 * from outside.
 */
function comesToDevice(): Condition {
  const [own, from, to] = [at('device.ip'), at('src_endpoint.ip'), at('dst_endpoint.ip')];
  return {
    test: (scope) => {
      const [address, source, destination] = [own, from, to].map(({ read }) => read(scope));
      if (address !== undefined && (address === source || address === destination)) {
        return address !== source;
      }
      return comesFromOutside(source, destination);
    },
    text: 'dst_endpoint.ip = device.ip, or alone private',
    fields: [],
  };
}

const end = (name: string, local: boolean) =>
  when(
    isInbound,
    at(`${local ? 'dst' : 'src'}_endpoint.${name}`),
    at(`${local ? 'src' : 'dst'}_endpoint.${name}`),
  );

export const connection: Readonly<Record<string, Expression>> = {
  ...actorDetails,
  LocalIP: to.address(end('ip', true)),
  LocalPort: to.port(end('port', true)),
  RemoteIP: to.address(end('ip', false)),
  RemotePort: to.port(end('port', false)),
  LocalIPType: to.addressType(end('ip', true)),
  RemoteIPType: to.addressType(end('ip', false)),
  RemoteUrl: firstOf(
    at('http_request.url.url_string'),
    at('url.url_string'),
    end('hostname', false),
    end('domain', false),
  ),
  Protocol: to.protocolName(
    firstOf(at('connection_info.protocol_name'), at('connection_info.protocol_num')),
  ),
};

export const isDenied = any(
  activity(4, 5),
  hasFailed,
  lists('action_id', '2'),
  lists('disposition_id', '2', '6'),
);
