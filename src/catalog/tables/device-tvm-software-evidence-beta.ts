import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmSoftwareEvidenceBeta: Table = {
  name: 'DeviceTvmSoftwareEvidenceBeta',
  category: 'Vulnerability management',
  summary: 'Registry and disk locations that prove a product is present on a device.',
  note: 'LastSeenTime is text, unlike the datetime of the same name in DeviceTvmInfoGathering.',
  timeColumn: null,
  deviceScoped: true,
  columns: columnsOf(
    'DeviceId',
    'SoftwareVendor',
    'SoftwareName',
    'SoftwareVersion',
    { name: 'RegistryPaths', type: 'dynamic', summary: 'Registry evidence paths' },
    { name: 'DiskPaths', type: 'dynamic', summary: 'Disk evidence paths' },
    { name: 'LastSeenTime', type: 'string', summary: 'When last seen, as text' },
  ),
};
