import type { Table } from '../types.js';

export const deviceRegistryEvents: Table = {
  name: 'DeviceRegistryEvents',
  category: 'Devices',
  summary: 'Registry key and value changes on Windows endpoints.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    {
      name: 'DeviceId',
      type: 'string',
      summary: 'Service-assigned device key (40 hex characters in practice)',
    },
    { name: 'DeviceName', type: 'string', summary: 'Device host name, usually an FQDN' },
    { name: 'ActionType', type: 'string', summary: 'Event kind' },
    { name: 'RegistryKey', type: 'string', summary: 'Affected registry key' },
    { name: 'RegistryValueType', type: 'string', summary: 'Registry value data type' },
    { name: 'RegistryValueName', type: 'string', summary: 'Affected value name' },
    { name: 'RegistryValueData', type: 'string', summary: 'Affected value data' },
    { name: 'PreviousRegistryKey', type: 'string', summary: 'Key before the change' },
    { name: 'PreviousRegistryValueName', type: 'string', summary: 'Value name before the change' },
    { name: 'PreviousRegistryValueData', type: 'string', summary: 'Value data before the change' },
    {
      name: 'InitiatingProcessAccountDomain',
      type: 'string',
      summary: 'Initiating process: account domain',
    },
    {
      name: 'InitiatingProcessAccountName',
      type: 'string',
      summary: 'Initiating process: account name',
    },
    {
      name: 'InitiatingProcessAccountSid',
      type: 'string',
      summary: 'Initiating process: account SID',
    },
    {
      name: 'InitiatingProcessAccountUpn',
      type: 'string',
      summary: 'Initiating process: account UPN',
    },
    {
      name: 'InitiatingProcessAccountObjectId',
      type: 'string',
      summary: 'Initiating process: account object identifier',
    },
    { name: 'InitiatingProcessSHA1', type: 'string', summary: 'Initiating process image: SHA-1' },
    {
      name: 'InitiatingProcessSHA256',
      type: 'string',
      summary: 'Initiating process image: SHA-256, often empty',
    },
    { name: 'InitiatingProcessMD5', type: 'string', summary: 'Initiating process image: MD5' },
    { name: 'InitiatingProcessFileName', type: 'string', summary: 'Initiating process: file name' },
    {
      name: 'InitiatingProcessFileSize',
      type: 'long',
      summary: 'Initiating process image: size, bytes',
    },
    {
      name: 'InitiatingProcessVersionInfoCompanyName',
      type: 'string',
      summary: 'Initiating process: company in version resource',
    },
    {
      name: 'InitiatingProcessVersionInfoProductName',
      type: 'string',
      summary: 'Initiating process: product in version resource',
    },
    {
      name: 'InitiatingProcessVersionInfoProductVersion',
      type: 'string',
      summary: 'Initiating process: product version in version resource',
    },
    {
      name: 'InitiatingProcessVersionInfoInternalFileName',
      type: 'string',
      summary: 'Initiating process: internal name in version resource',
    },
    {
      name: 'InitiatingProcessVersionInfoOriginalFileName',
      type: 'string',
      summary: 'Initiating process: original name in version resource',
    },
    {
      name: 'InitiatingProcessVersionInfoFileDescription',
      type: 'string',
      summary: 'Initiating process: description in version resource',
    },
    { name: 'InitiatingProcessId', type: 'long', summary: 'Initiating process: PID' },
    {
      name: 'InitiatingProcessCommandLine',
      type: 'string',
      summary: 'Initiating process: command line',
    },
    {
      name: 'InitiatingProcessCreationTime',
      type: 'datetime',
      summary: 'Initiating process: start time',
    },
    {
      name: 'InitiatingProcessFolderPath',
      type: 'string',
      summary: 'Initiating process image: folder or path',
    },
    {
      name: 'InitiatingProcessParentId',
      type: 'long',
      summary: 'Parent of the initiating process: PID',
    },
    {
      name: 'InitiatingProcessParentFileName',
      type: 'string',
      summary: 'Parent of the initiating process: name',
    },
    {
      name: 'InitiatingProcessParentCreationTime',
      type: 'datetime',
      summary: 'Parent of the initiating process: start time',
    },
    {
      name: 'InitiatingProcessIntegrityLevel',
      type: 'string',
      summary: 'Initiating process: integrity level',
    },
    {
      name: 'InitiatingProcessTokenElevation',
      type: 'string',
      summary: 'Initiating process: UAC token type',
    },
    {
      name: 'ReportId',
      type: 'long',
      summary: 'Repeating event counter; unique only together with device and time',
    },
    { name: 'AppGuardContainerId', type: 'string', summary: 'Application Guard container' },
    {
      name: 'InitiatingProcessSessionId',
      type: 'long',
      summary: 'Initiating process: Windows session',
    },
    {
      name: 'IsInitiatingProcessRemoteSession',
      type: 'bool',
      summary: 'Initiating process ran in an RDP session',
    },
    {
      name: 'InitiatingProcessRemoteSessionDeviceName',
      type: 'string',
      summary: 'RDP client device of the initiating process',
    },
    {
      name: 'InitiatingProcessRemoteSessionIP',
      type: 'string',
      summary: 'RDP client address of the initiating process',
    },
    {
      name: 'InitiatingProcessUniqueId',
      type: 'string',
      summary: 'Initiating process: unique key (start key on Windows)',
    },
  ],
  actionTypes: [
    'RegistryKeyCreated',
    'RegistryKeyDeleted',
    'RegistryKeyRenamed',
    'RegistryValueDeleted',
    'RegistryValueSet',
  ],
};
