import type { Columns } from '../../windows/actor.js';
import { textFrom } from '../../windows/expression.js';
import type { JsonObject } from '../../windows/shape.js';
import { firstTextIn, listOf, textIn, valueAt } from '../document.js';
import { rawAt, textAt } from '../expression.js';
import type { DocumentScope } from '../scope.js';
import * as to from '../transforms.js';
import { datasetOf, moduleOf } from './document.js';
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

/** Sensors in the network, whose host is neither end of what they see. */
const sensors: ReadonlySet<string> = new Set(['zeek', 'corelight', 'suricata']);

const endsOf = ['source', 'destination'].map((end) => textIn(`${end}.ip`));

/** Whether the host that is named is the collector's or the sensor's. */
function isOfAnother(document: JsonObject): boolean {
  const dataset = datasetOf(document)?.split('.')[0];
  const names = [moduleOf(document), dataset].map((name) => name?.toLowerCase() ?? '');
  if (names.some((name) => services.has(name))) {
    return true;
  }
  const own = valueAt(document, ['host', 'ip']);
  return (
    names.some((name) => sensors.has(name)) &&
    own !== undefined &&
    !endsOf.some((read) => listOf(own).includes(read(document) ?? null))
  );
}

export function computerOf(document: JsonObject): string | undefined {
  if (isOfAnother(document)) {
    return undefined;
  }
  const name =
    hostOf(document) ?? (document['process'] === undefined ? undefined : sensorOf(document));
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

export function about(scope: DocumentScope): Columns {
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
  return listOf(host.ip(scope)).flatMap((each) => textFrom(each) ?? []);
}
