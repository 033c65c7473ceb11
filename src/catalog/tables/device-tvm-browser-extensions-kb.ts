import type { Table } from '../types.js';

export const deviceTvmBrowserExtensionsKb: Table = {
  name: 'DeviceTvmBrowserExtensionsKB',
  category: 'Vulnerability management',
  summary: 'Reference data on browser extensions and the permissions they ask for.',
  timeColumn: null,
  deviceScoped: false,
  columns: [
    { name: 'BrowserName', type: 'string', summary: 'Browser' },
    { name: 'ExtensionId', type: 'string', summary: 'Extension identifier' },
    { name: 'ExtensionName', type: 'string', summary: 'Extension name' },
    { name: 'ExtensionDescription', type: 'string', summary: "Publisher's extension text" },
    { name: 'ExtensionVersion', type: 'dynamic', summary: 'Extension version' },
    { name: 'ExtensionRisk', type: 'string', summary: 'Risk from requested permissions' },
    { name: 'PermissionId', type: 'string', summary: 'Permission identifier' },
    { name: 'PermissionName', type: 'string', summary: 'Permission name' },
    { name: 'PermissionDescription', type: 'string', summary: 'What the permission allows' },
    { name: 'PermissionRisk', type: 'string', summary: 'Risk of the permission' },
    { name: 'IsPermissionRequired', type: 'string', summary: 'Required or optional permission' },
  ],
};
