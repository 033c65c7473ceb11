import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmInfoGathering: Table = {
  name: 'DeviceTvmInfoGathering',
  category: 'Vulnerability management',
  summary:
    'Per-device collected posture facts (antivirus state, TLS versions, mitigations) held in one dynamic bag.',
  note: 'AdditionalFields keys are described by the FieldName column of DeviceTvmInfoGatheringKB.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  columns: columnsOf(
    'Timestamp',
    { name: 'LastSeenTime', type: 'datetime', summary: 'Last contact time of the device' },
    'DeviceId',
    'DeviceName',
    'OSPlatform',
    { name: 'AdditionalFields', type: 'dynamic', summary: 'Collected facts, one key per item' },
  ),
};
