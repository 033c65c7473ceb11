import { any, isThere, lists, matches } from '../expression.js';

export const isOfSuricata = any(
  lists('event.module', 'suricata'),
  isThere('suricata.eve'),
  matches('event.dataset', /^suricata\./, 'begins with suricata.'),
);

export const isOfZeek = any(
  lists('event.module', 'zeek', 'corelight'),
  matches('event.dataset', /^(?:zeek|corelight)\./, 'begins with zeek. or corelight.'),
);

/** Sensors in the network, which are neither end of what they see. */
export const isOfSensor = any(isOfSuricata, isOfZeek);

/** Kinds of observers on the way of others' connections. */
export const appliances: readonly string[] = [
  ...['firewall', 'ids', 'ips', 'ngfw', 'proxy', 'router', 'switch', 'waf'],
];

/** What an appliance sees; a process that it names is the one that writes its log. */
export const isOfAppliance = lists('observer.type', ...appliances);
