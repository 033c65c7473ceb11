import type { JsonValue } from '../../json.js';
import type { Columns } from '../../windows/actor.js';
import { computed, literal, textFrom } from '../../windows/expression.js';
import { firstOf } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import type { DocumentScope } from '../scope.js';
import * as to from '../transforms.js';
import { common, userFact } from './columns.js';

const known = (name: string) =>
  computed(name, ({ device }) => device.about.get(name) as JsonValue | undefined);

export const deviceFacts: DocumentRule = {
  event: 'os_version, system_info',
  table: 'DeviceInfo',
  columns: {
    OSPlatform: firstOf(
      known('OSPlatform'),
      computed('platform', ({ device }) => device.platform),
    ),
    OSVersion: known('OSVersion'),
    OSBuild: known('OSBuild'),
    OSArchitecture: known('OSArchitecture'),
    OSDistribution: known('OSDistribution'),
    Vendor: known('Vendor'),
    Model: known('Model'),
    HardwareUuid: known('HardwareUuid'),
    OnboardingStatus: literal('Onboarded'),
    DeviceCategory: literal('Endpoint'),
    SensorHealthState: literal('Active'),
  },
  additional: common,
};

export function about({ document }: DocumentScope): Columns {
  if ('major' in document && 'minor' in document && 'version' in document) {
    const platform = to.platformOf(textFrom(document['platform']), textFrom(document['name']));
    return {
      OSPlatform: platform,
      OSVersion: textFrom(document['version']),
      OSBuild: to.wholeNumber(textFrom(document['build'])),
      OSArchitecture: to.architectureOf(textFrom(document['arch'])),
      OSDistribution: platform === 'Linux' ? textFrom(document['name']) : undefined,
    };
  }
  if ('hardware_model' in document) {
    return {
      Vendor: textFrom(document['hardware_vendor']),
      Model: textFrom(document['hardware_model']),
      HardwareUuid: textFrom(document['uuid']),
      OSArchitecture: to.architectureOf(textFrom(document['cpu_type'])),
    };
  }
  const [uid, username] = [textFrom(document['uid']), textFrom(document['username'])];
  if (uid !== undefined && username) {
    return { [userFact(uid)]: username };
  }
  const mac = 'interface' in document ? textFrom(document['mac']) : undefined;
  return mac === undefined || /^[0:]*$/.test(mac) ? {} : { MacAddress: mac };
}
