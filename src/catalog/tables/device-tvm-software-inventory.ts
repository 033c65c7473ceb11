import type { Table } from '../types.js';

export const deviceTvmSoftwareInventory: Table = {
  name: 'DeviceTvmSoftwareInventory',
  category: 'Vulnerability management',
  summary: 'Software currently installed on each device, with end-of-support information.',
  timeColumn: null,
  deviceScoped: true,
  columns: [
    {
      name: 'DeviceId',
      type: 'string',
      summary: 'Service-assigned device key (40 hex characters in practice)',
    },
    { name: 'DeviceName', type: 'string', summary: 'Device host name, usually an FQDN' },
    { name: 'OSPlatform', type: 'string', summary: 'Operating system name' },
    { name: 'OSVersion', type: 'string', summary: 'OS version' },
    { name: 'OSArchitecture', type: 'string', summary: 'CPU architecture of the OS' },
    { name: 'SoftwareVendor', type: 'string', summary: 'Software publisher' },
    { name: 'SoftwareName', type: 'string', summary: 'Product name' },
    { name: 'SoftwareVersion', type: 'string', summary: 'Product version' },
    { name: 'EndOfSupportStatus', type: 'string', summary: 'Support lifecycle state' },
    { name: 'EndOfSupportDate', type: 'datetime', summary: 'Support end date' },
    { name: 'ProductCodeCpe', type: 'string', summary: 'CPE name of the product' },
  ],
};
