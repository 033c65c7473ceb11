import {
  protocolName,
  registryDetails,
  registryKey,
  registryParent,
  registryValueName,
  shortAddress,
} from './values.js';

type End = readonly [address: string | undefined, port: string | undefined];

/** A connection by its ends: of datagrams that a server answers, the logs do not agree on which is the source. */
export function connectionKey(
  protocol: string | undefined,
  source: End,
  destination: End,
): string | undefined {
  if (protocol === undefined || source[0] === undefined || destination[0] === undefined) {
    return undefined;
  }
  const ends = [source, destination].map(
    ([address = '', port = '']) => `${shortAddress(address)} ${Number(port)}`,
  );
  return `${protocolName(protocol)} ${ends.toSorted().join(' ')}`;
}

/** A registry value that is deleted. */
export function deletedValueKey(key: string, name: string): string {
  return `${registryKey(key)}\n${name}`.toLowerCase();
}

/** The same for what Sysmon says is deleted. */
export function deletedObjectKey(object: string | undefined): string | undefined {
  return object === undefined
    ? undefined
    : deletedValueKey(registryParent(object), registryValueName(object));
}

/** That and what it was. */
export function deletedRowKey(deleted: string, data: string): string {
  return `${deleted}\ndeleted\n${data}`.toLowerCase();
}

/** What Sysmon writes in place of data that are neither text nor a number. */
export const binaryDetails = 'Binary Data';

/** A registry value that is set, in Sysmon's words. */
export function registryValueKey(
  object: string | undefined,
  details: string | undefined,
): string | undefined {
  if (object === undefined || details === undefined) {
    return undefined;
  }
  const data = details === binaryDetails ? details : registryDetails(details).data;
  return writtenValueKey(registryParent(object), registryValueName(object), data);
}

export function writtenValueKey(key: string, name: string, data: string): string {
  return `${registryKey(key)}\n${name}\n${data}`.toLowerCase();
}
