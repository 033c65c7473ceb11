import { computed, type Expression, type RuleScope, textFrom } from '../../windows/expression.js';
import { registryParent, registryValueName } from '../../windows/values.js';
import { all, any, at, choose, firstOf, isThere, matches, not } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails } from './actor.js';
import { actionText, category, type } from './event.js';

const ofRegistryKey = any(
  actionText(/^(?!.*value).*key/, 'has key and not value'),
  matches('sentinel_one_cloud_funnel.event.meta_event_name', /^regkey/, 'starts with REGKEY'),
);

const ofRegistryValue = all(
  not(ofRegistryKey),
  any(
    actionText(/value/, 'has value'),
    isThere('registry.value'),
    isThere('registry.data.type'),
    isThere('registry.data.strings'),
    isThere('registry.data.bytes'),
  ),
);

const deletesRegistry = any(type('deletion'), actionText(/delet/, 'has delete'));

const createsRegistry = any(type('creation'), actionText(/creat/, 'has create'));

export const registryEvent: DocumentRule = {
  event: 'registry',
  table: 'DeviceRegistryEvents',
  actionType: choose(
    [all(deletesRegistry, ofRegistryValue), 'RegistryValueDeleted'],
    [deletesRegistry, 'RegistryKeyDeleted'],
    [all(createsRegistry, not(ofRegistryValue)), 'RegistryKeyCreated'],
    [actionText(/rename/, 'has rename'), 'RegistryKeyRenamed'],
    [all(type('access'), not(type('change'))), ''],
    [undefined, 'RegistryValueSet'],
  ),
  condition: any(category('registry'), all(isThere('registry.path'), category('configuration'))),
  actor: acting,
  columns: {
    ...actorDetails,
    RegistryKey: to.registryKey(registryKeyPath()),
    RegistryValueName: registryValue(),
    RegistryValueType: to.registryType(at('registry.data.type')),
    RegistryValueData: to.registryData(
      firstOf(to.listText('registry.data.strings'), at('registry.data.bytes')),
      at('registry.data.type'),
    ),
  },
};

const registryMembers = ['hive', 'key', 'path', 'value'].map((name) => at(`registry.${name}`));

/** The path of the key, and the name of the value that it ends with. */
function registryParts(scope: RuleScope): { readonly key?: string; readonly value?: string } {
  const [hive, ownKey, path, ownValue] = registryMembers.map(({ read }) => textFrom(read(scope)));
  if (ofRegistryKey.test(scope) && path !== undefined) {
    return { key: path };
  }
  if (ownKey !== undefined) {
    const key = hive === undefined ? ownKey : `${hive}\\${ownKey}`;
    return ownValue === undefined ? { key } : { key, value: ownValue };
  }
  if (path === undefined) {
    return hive === undefined ? {} : { key: hive };
  }
  if (ownValue !== undefined) {
    const isPart = path.endsWith(`\\${ownValue}`);
    return { key: isPart ? path.slice(0, -ownValue.length - 1) : path, value: ownValue };
  }
  return ofRegistryValue.test(scope)
    ? { key: registryParent(path), value: registryValueName(path) }
    : { key: path };
}

function registryKeyPath(): Expression {
  return computed(
    'registry.hive\\registry.key, or registry.path without the value',
    (scope) => registryParts(scope).key,
    ['registry.hive', 'registry.key', 'registry.path'],
  );
}

function registryValue(): Expression {
  return computed(
    'registry.value, or the end of registry.path',
    (scope) => registryParts(scope).value,
    ['registry.value'],
  );
}
