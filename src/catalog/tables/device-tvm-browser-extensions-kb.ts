import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmBrowserExtensionsKb: Table = {
  name: 'DeviceTvmBrowserExtensionsKB',
  category: 'Vulnerability management',
  summary: 'Reference data on browser extensions and the permissions they ask for.',
  timeColumn: null,
  deviceScoped: false,
  columns: columnsOf(
    'BrowserName',
    'ExtensionId',
    'ExtensionName',
    'ExtensionDescription',
    { name: 'ExtensionVersion', type: 'dynamic', summary: 'Extension version' },
    'ExtensionRisk',
    { name: 'PermissionId', type: 'string', summary: 'Permission identifier' },
    { name: 'PermissionName', type: 'string', summary: 'Permission name' },
    { name: 'PermissionDescription', type: 'string', summary: 'What the permission allows' },
    { name: 'PermissionRisk', type: 'string', summary: 'Risk of the permission' },
    { name: 'IsPermissionRequired', type: 'string', summary: 'Required or optional permission' },
  ),
};
