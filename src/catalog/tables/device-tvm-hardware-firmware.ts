import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmHardwareFirmware: Table = {
  name: 'DeviceTvmHardwareFirmware',
  category: 'Vulnerability management',
  summary: 'Hardware and firmware components of devices such as model, processor and BIOS.',
  timeColumn: null,
  deviceScoped: true,
  columns: columnsOf(
    'DeviceId',
    'DeviceName',
    { name: 'ComponentType', type: 'string', summary: 'Component kind' },
    { name: 'Manufacturer', type: 'string', summary: 'Component maker' },
    { name: 'ComponentName', type: 'string', summary: 'Component name' },
    { name: 'ComponentFamily', type: 'string', summary: 'Component family' },
    { name: 'ComponentVersion', type: 'string', summary: 'Component version' },
    { name: 'AdditionalFields', type: 'dynamic', summary: 'Extra component details' },
  ),
};
