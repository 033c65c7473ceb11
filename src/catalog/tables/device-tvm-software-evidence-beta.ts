import type { Table } from '../types.js';

export const deviceTvmSoftwareEvidenceBeta: Table = {
  name: 'DeviceTvmSoftwareEvidenceBeta',
  category: 'Vulnerability management',
  summary: 'Registry and disk locations that prove a product is present on a device.',
  note: 'LastSeenTime is text, unlike the datetime of the same name in DeviceTvmInfoGathering.',
  timeColumn: null,
  deviceScoped: true,
  columns: [
    {
      name: 'DeviceId',
      type: 'string',
      summary: 'Service-assigned device key (40 hex characters in practice)',
    },
    { name: 'SoftwareVendor', type: 'string', summary: 'Software publisher' },
    { name: 'SoftwareName', type: 'string', summary: 'Product name' },
    { name: 'SoftwareVersion', type: 'string', summary: 'Product version' },
    { name: 'RegistryPaths', type: 'dynamic', summary: 'Registry evidence paths' },
    { name: 'DiskPaths', type: 'dynamic', summary: 'Disk evidence paths' },
    { name: 'LastSeenTime', type: 'string', summary: 'When last seen, as text' },
  ],
};
