import type { Table } from '../types.js';

export const deviceTvmBrowserExtensions: Table = {
  name: 'DeviceTvmBrowserExtensions',
  category: 'Vulnerability management',
  summary: 'Browser extensions installed per device.',
  timeColumn: null,
  deviceScoped: true,
  columns: [
    {
      name: 'DeviceId',
      type: 'string',
      summary: 'Service-assigned device key (40 hex characters in practice)',
    },
    { name: 'BrowserName', type: 'string', summary: 'Browser' },
    { name: 'ExtensionId', type: 'string', summary: 'Extension identifier' },
    { name: 'ExtensionName', type: 'string', summary: 'Extension name' },
    { name: 'ExtensionDescription', type: 'string', summary: "Publisher's extension text" },
    { name: 'ExtensionVersion', type: 'string', summary: 'Extension version' },
    { name: 'ExtensionRisk', type: 'string', summary: 'Risk from requested permissions' },
    { name: 'ExtensionVendor', type: 'string', summary: 'Extension vendor' },
    { name: 'IsActivated', type: 'string', summary: 'Extension is turned on' },
    { name: 'InstallationTime', type: 'datetime', summary: 'First install time' },
  ],
};
