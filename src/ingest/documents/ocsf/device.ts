import type { Columns } from '../../windows/actor.js';
import type { JsonObject } from '../../windows/shape.js';
import { firstTextIn, textIn } from '../document.js';
import { any, isThere, textAt } from '../expression.js';
import type { DocumentScope } from '../scope.js';
import * as to from '../transforms.js';
import { classOf } from './document.js';

export const hasDevice = any(
  isThere('device.hostname'),
  isThere('device.name'),
  isThere('device.ip'),
);

export const device = {
  os: textAt('device.os.name'),
  osType: textAt('device.os.type'),
  osVersion: textAt('device.os.version'),
  osBuild: textAt('device.os.build'),
  osBits: textAt('device.os.cpu_bits'),
  architecture: textAt('device.hw_info.cpu_architecture'),
  model: textAt('device.model'),
  vendor: textAt('device.vendor_name'),
  hardwareVendor: textAt('device.hw_info.vendor_name'),
  type: textAt('device.type'),
  mac: textAt('device.mac'),
  ip: textAt('device.ip'),
  provider: textAt('cloud.provider'),
};

export function about(scope: DocumentScope): Columns {
  const name = device.os(scope);
  const platform = to.platformOf(device.osType(scope), name);
  return {
    OSPlatform: platform,
    OSVersion: device.osVersion(scope),
    OSBuild: to.wholeNumber(device.osBuild(scope)),
    OSDistribution: platform === 'Linux' ? name : undefined,
    OSArchitecture: to.architectureOf(device.architecture(scope) ?? device.osBits(scope)),
    Model: device.model(scope),
    Vendor: device.vendor(scope) ?? device.hardwareVendor(scope),
    DeviceType: device.type(scope),
    MacAddress: device.mac(scope),
    CloudPlatforms: device.provider(scope),
  };
}

const hostOf = firstTextIn('device.hostname', 'device.name');

const logonHostOf = textIn('dst_endpoint.hostname');

export function computerOf(document: JsonObject): string | undefined {
  const name =
    hostOf(document) ?? (classOf(document) === '3002' ? logonHostOf(document) : undefined);
  return name?.trim() === '' ? undefined : name;
}
