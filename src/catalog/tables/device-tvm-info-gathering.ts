import type { Table } from '../types.js';

export const deviceTvmInfoGathering: Table = {
  name: 'DeviceTvmInfoGathering',
  category: 'Vulnerability management',
  summary:
    'Per-device collected posture facts (antivirus state, TLS versions, mitigations) held in one dynamic bag.',
  note: 'AdditionalFields keys are described by the FieldName column of DeviceTvmInfoGatheringKB.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'LastSeenTime', type: 'datetime', summary: 'Last contact time of the device' },
    {
      name: 'DeviceId',
      type: 'string',
      summary: 'Service-assigned device key (40 hex characters in practice)',
    },
    { name: 'DeviceName', type: 'string', summary: 'Device host name, usually an FQDN' },
    { name: 'OSPlatform', type: 'string', summary: 'Operating system name' },
    { name: 'AdditionalFields', type: 'dynamic', summary: 'Collected facts, one key per item' },
  ],
};
