import { at, firstOf } from '../expression.js';
import * as to from '../transforms.js';
import { acting, actorDetails } from './actor.js';
import { rule, verbs } from './event.js';
import { registryText } from './objects.js';

export const registryKey = rule('201001 registry key activity', 'DeviceRegistryEvents', {
  actionType: verbs({ 1: 'RegistryKeyCreated', 4: 'RegistryKeyDeleted', 5: 'RegistryKeyRenamed' }),
  actor: acting,
  columns: {
    ...actorDetails,
    RegistryKey: to.registryKey(at('reg_key.path')),
    PreviousRegistryKey: to.registryKey(at('prev_reg_key.path')),
  },
});

export const registryValue = rule('201002 registry value activity', 'DeviceRegistryEvents', {
  actionType: verbs({ 2: 'RegistryValueSet', 3: 'RegistryValueSet', 4: 'RegistryValueDeleted' }),
  actor: acting,
  columns: {
    ...actorDetails,
    RegistryKey: to.registryKey(firstOf(at('reg_value.path'), at('reg_key.path'))),
    RegistryValueName: at('reg_value.name'),
    RegistryValueType: to.registryType(at('reg_value.type')),
    RegistryValueData: to.registryData(registryText('reg_value'), at('reg_value.type')),
    PreviousRegistryValueName: at('prev_reg_value.name'),
    PreviousRegistryValueData: to.registryData(
      registryText('prev_reg_value'),
      at('prev_reg_value.type'),
    ),
  },
});
