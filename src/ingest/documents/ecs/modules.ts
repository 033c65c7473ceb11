import { literal } from '../../windows/expression.js';
import { all, any, at, firstOf, isThere, not, when } from '../expression.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';
import { acting, actorDetails } from './actor.js';
import { action, actionText, category, hasFailed } from './event.js';
import { file } from './objects.js';

export const loadsModule = all(isThere('dll.path'), actionText(/load/, 'has load'));

export const loaded: DocumentRule = {
  event: 'library load',
  table: 'DeviceImageLoadEvents',
  actionType: 'ImageLoaded',
  condition: all(
    any(category('library'), action('load'), loadsModule),
    not(category('driver')),
    not(isThere('driver.name')),
  ),
  actor: acting,
  columns: { ...actorDetails, ...file('dll'), FileSize: to.integer(at('dll.Ext.size')) },
};

export const driver: DocumentRule = {
  event: 'driver load',
  table: 'DeviceEvents',
  actionType: 'DriverLoad',
  condition: any(
    category('driver'),
    isThere('driver.name'),
    all(category('library'), isThere('driver.path')),
    all(category('process'), action('load_module', 'init_module'), not(hasFailed)),
  ),
  actor: acting,
  columns: {
    ...actorDetails,
    ...file('dll'),
    FileName: firstOf(
      at('dll.name'),
      at('driver.name'),
      at('file.name'),
      to.baseName(at('dll.path')),
      when(action('loaded-kernel-module'), at('auditd.summary.object.primary'), literal('')),
    ),
    FolderPath: firstOf(at('dll.path'), at('driver.path'), at('file.path')),
  },
};
