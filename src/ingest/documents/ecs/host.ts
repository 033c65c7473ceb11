import type { JsonValue } from '../../json.js';
import type { Columns } from '../../windows/actor.js';
import { textFrom } from '../../windows/expression.js';
import type { JsonObject } from '../../windows/shape.js';
import { firstTextIn, listOf, textIn, valueAt } from '../document.js';
import { rawAt, textAt } from '../expression.js';
import type { DocumentScope } from '../scope.js';
import * as to from '../transforms.js';
import { datasetOf, moduleOf } from './document.js';
import { appliances } from './sensors.js';
import { services } from './services.js';

/** `10.0.17763`, whatever is around it. */
const windowsBuild = /\b(?:6\.[0-4]|10\.0)\.(\d{4,6})\b/;

const hostOf = firstTextIn(
  'host.hostname',
  'winlog.computer_name',
  'host.name',
  'agent.hostname',
  'host.id',
);

/** The sensor's number, where there is a process: that is on its host. */
const sensorOf = firstTextIn('device.id', 'observer.serial_number');

/** Sensors whose events another host collects: theirs is the observer. */
const onHosts: ReadonlySet<string> = new Set(['falco']);
const observerOf = firstTextIn('observer.hostname', 'observer.name');

/** Sensors in the network, whose host is neither end of what they see. */
const sensors: ReadonlySet<string> = new Set(['zeek', 'corelight', 'suricata']);

const endsOf = ['source', 'destination'].map((end) => textIn(`${end}.ip`));

/** What collects the event: the module, and the first part of the data set. */
function collectorsOf(document: JsonObject): readonly string[] {
  const dataset = datasetOf(document)?.split('.')[0];
  return [moduleOf(document), dataset].map((name) => name?.toLowerCase() ?? '');
}

/** Whether the host that is named is the collector's or the sensor's. */
function isOfAnother(document: JsonObject, names: readonly string[]): boolean {
  if (names.some((name) => services.has(name)) || isOnTheWay(document)) {
    return true;
  }
  const own = valueAt(document, ['host', 'ip']);
  return (
    names.some((name) => sensors.has(name)) &&
    own !== undefined &&
    !endsOf.some((read) => listOf(own).includes(read(document) ?? null))
  );
}

const kindOfObserver = textIn('observer.type');
const onWays: ReadonlySet<string> = new Set(appliances);
const ofConnections: ReadonlySet<JsonValue> = new Set([
  ...['network', 'network_traffic', 'intrusion_detection'],
]);

/** Whether it is an appliance's, which is neither end of the connection. */
function isOnTheWay(document: JsonObject): boolean {
  return (
    onWays.has(kindOfObserver(document)?.toLowerCase() ?? '') &&
    listOf(valueAt(document, ['event', 'category'])).some((each) => ofConnections.has(each))
  );
}

export function computerOf(document: JsonObject): string | undefined {
  const collectors = collectorsOf(document);
  if (isOfAnother(document, collectors)) {
    return undefined;
  }
  const observer = collectors.some((each) => onHosts.has(each)) ? observerOf(document) : undefined;
  const name =
    observer ??
    hostOf(document) ??
    (document['process'] === undefined ? undefined : sensorOf(document));
  return name?.trim() === '' ? undefined : name;
}

const host = {
  os: textAt('host.os.name'),
  osInFull: textAt('host.os.full'),
  osVersion: textAt('host.os.version'),
  osType: textAt('host.os.type'),
  osPlatform: textAt('host.os.platform'),
  architecture: textAt('host.architecture'),
  type: textAt('host.type'),
  mac: rawAt('host.mac'),
  ip: rawAt('host.ip'),
  provider: textAt('cloud.provider'),
};

/** What is said of a host is said of the device that the event is of. */
function isOfDevice({ document }: DocumentScope): boolean {
  return (
    !collectorsOf(document).some((each) => onHosts.has(each)) ||
    (observerOf(document) ?? hostOf(document)) === hostOf(document)
  );
}

export function about(scope: DocumentScope): Columns {
  if (!isOfDevice(scope)) {
    return {};
  }
  const [short, version] = [host.os(scope), host.osVersion(scope)];
  // Elastic Endpoint's name is no more than `Windows`.
  const name = short?.toLowerCase() === 'windows' ? (host.osInFull(scope) ?? short) : short;
  const platform = to.platformOf(host.osType(scope) ?? host.osPlatform(scope), name);
  return {
    OSPlatform: platform,
    OSVersion: version,
    OSBuild: to.wholeNumber(windowsBuild.exec(`${version}`)?.[1]),
    OSDistribution: platform === 'Linux' ? name : undefined,
    OSArchitecture: to.architectureOf(host.architecture(scope)),
    DeviceType: host.type(scope),
    MacAddress: textFrom(listOf(host.mac(scope))[0]),
    CloudPlatforms: host.provider(scope),
  };
}

export function hostAddresses(scope: DocumentScope): readonly string[] {
  return (isOfDevice(scope) ? listOf(host.ip(scope)) : []).flatMap((each) => textFrom(each) ?? []);
}
