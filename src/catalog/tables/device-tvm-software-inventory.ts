import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmSoftwareInventory: Table = {
  name: 'DeviceTvmSoftwareInventory',
  category: 'Vulnerability management',
  summary: 'Software currently installed on each device, with end-of-support information.',
  timeColumn: null,
  deviceScoped: true,
  columns: columnsOf(
    'DeviceId',
    'DeviceName',
    'OSPlatform',
    'OSVersion',
    'OSArchitecture',
    'SoftwareVendor',
    'SoftwareName',
    'SoftwareVersion',
    { name: 'EndOfSupportStatus', type: 'string', summary: 'Support lifecycle state' },
    { name: 'EndOfSupportDate', type: 'datetime', summary: 'Support end date' },
    { name: 'ProductCodeCpe', type: 'string', summary: 'CPE name of the product' },
  ),
};
