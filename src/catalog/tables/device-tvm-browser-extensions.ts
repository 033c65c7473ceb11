import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmBrowserExtensions: Table = {
  name: 'DeviceTvmBrowserExtensions',
  category: 'Vulnerability management',
  summary: 'Browser extensions installed per device.',
  timeColumn: null,
  deviceScoped: true,
  columns: columnsOf(
    'DeviceId',
    'BrowserName',
    'ExtensionId',
    'ExtensionName',
    'ExtensionDescription',
    { name: 'ExtensionVersion', type: 'string', summary: 'Extension version' },
    'ExtensionRisk',
    { name: 'ExtensionVendor', type: 'string', summary: 'Extension vendor' },
    { name: 'IsActivated', type: 'string', summary: 'Extension is turned on' },
    { name: 'InstallationTime', type: 'datetime', summary: 'First install time' },
  ),
};
