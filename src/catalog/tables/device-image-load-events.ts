import { columnsOf, initiatingProcess } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceImageLoadEvents: Table = {
  name: 'DeviceImageLoadEvents',
  category: 'Devices',
  summary: 'DLL and other image loads into processes on endpoints.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  columns: columnsOf(
    'Timestamp',
    'DeviceId',
    'DeviceName',
    'ActionType',
    'FileName',
    'FolderPath',
    'SHA1',
    'SHA256',
    'MD5',
    'FileSize',
    ...initiatingProcess.account,
    'InitiatingProcessIntegrityLevel',
    'InitiatingProcessTokenElevation',
    ...initiatingProcess.file,
    ...initiatingProcess.version,
    ...initiatingProcess.start,
    'InitiatingProcessFolderPath',
    ...initiatingProcess.parent,
    {
      name: 'ReportId',
      type: 'long',
      summary: 'Repeating event counter; unique only together with device and time',
    },
    'AppGuardContainerId',
    ...initiatingProcess.session,
    'InitiatingProcessUniqueId',
  ),
  actionTypes: ['ImageLoaded'],
};
