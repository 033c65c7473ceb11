import { earlierNames, tableNameColumn } from './common-columns.js';
import { cloudAppEvents } from './tables/cloud-app-events.js';
import { deviceEvents } from './tables/device-events.js';
import { deviceFileEvents } from './tables/device-file-events.js';
import { deviceImageLoadEvents } from './tables/device-image-load-events.js';
import { deviceInfo } from './tables/device-info.js';
import { deviceLogonEvents } from './tables/device-logon-events.js';
import { deviceNetworkEvents } from './tables/device-network-events.js';
import { deviceNetworkInfo } from './tables/device-network-info.js';
import { deviceProcessEvents } from './tables/device-process-events.js';
import { deviceRegistryEvents } from './tables/device-registry-events.js';
import type { LegacyColumn, LegacyTable, ScalarType, Table } from './types.js';

// Tables that were renamed with their columns unchanged are not here: they are `aliases` of the
// stored table (DeviceFileCertificateInfoBeta, AccountInfo, GraphApiAuditEvents). AADSignInEventsBeta,
// AADSpnSignInEventsBeta and AIAgentsInfo still have a page of their own and are stored.

/** Types of 2018 and 2019 where today's differ, whatever the table. */
const earlierTypes: Readonly<Record<string, ScalarType>> = {
  ProcessId: 'int',
  InitiatingProcessId: 'int',
  InitiatingProcessParentId: 'int',
  LogonId: 'string',
  InitiatingProcessLogonId: 'string',
  OSBuild: 'string',
  RequestSourcePort: 'string',
};

/** On the one page of 2018 that described the columns of all tables, and gone since. */
const removedIn2019: readonly LegacyColumn[] = [
  { name: 'NetworkCardIPs', type: 'string', from: null, summary: 'No longer recorded' },
  { name: 'EventId', type: 'int', from: null, summary: 'No longer recorded' },
  { name: 'ProviderId', type: 'string', from: null, summary: 'No longer recorded' },
  { name: 'PreviousRegistryValueType', type: 'string', from: null, summary: 'No longer recorded' },
];

interface Renamed {
  readonly name: string;
  readonly summary: string;
  readonly table: Table;
  /** The documented names, separated by blanks. */
  readonly columns: string;
  /** Documented then, without a counterpart today. */
  readonly removed?: readonly LegacyColumn[];
  /** Where neither today's type nor `earlierTypes` holds. */
  readonly types?: Readonly<Record<string, ScalarType>>;
  /** The same for names that no table's own list had. */
  readonly alsoRemoved?: readonly LegacyColumn[];
}

const currentNames = new Map(earlierNames);

function legacyColumn(renamed: Renamed, name: string): LegacyColumn {
  const removed = renamed.removed?.find((column) => column.name === name);
  if (removed) {
    return removed;
  }
  const current = currentNames.get(name) ?? name;
  const source =
    renamed.table.columns.find((column) => column.name === name) ??
    renamed.table.columns.find((column) => column.name === current);
  if (source === undefined) {
    throw new Error(`${renamed.name}.${name} has no column in ${renamed.table.name}`);
  }
  const type = renamed.types?.[name] ?? earlierTypes[name] ?? source.type;
  return { ...source, name, type, from: source.name };
}

function renamedTable(renamed: Renamed): LegacyTable {
  const { name, summary, table, alsoRemoved } = renamed;
  return {
    name,
    summary,
    table: table.name,
    columns: renamed.columns.split(/\s+/).map((column) => legacyColumn(renamed, column)),
    hiddenColumns: alsoRemoved ?? [],
    computedColumns: ['Type', ...(alsoRemoved ? ['EventType'] : [])].map((column) =>
      tableNameColumn(column, name),
    ),
  };
}

/** A table of 2018 and 2019; the earlier of the two documented more columns, none of them per table. */
const renamedIn2020: readonly Omit<Renamed, 'alsoRemoved'>[] = [
  {
    name: 'MachineInfo',
    summary: 'DeviceInfo under its name until 2019.',
    table: deviceInfo,
    columns: `EventTime MachineId ComputerName ClientVersion PublicIP OSArchitecture OSPlatform
      OSBuild IsAzureADJoined LoggedOnUsers RegistryMachineTag ReportId OSVersion MachineGroup`,
  },
  {
    name: 'MachineNetworkInfo',
    summary: 'DeviceNetworkInfo under its name until 2019.',
    table: deviceNetworkInfo,
    columns: `EventTime MachineId ComputerName ReportId NetworkAdapterName MacAddress
      NetworkAdapterType NetworkAdapterStatus TunnelType ConnectedNetworks DnsAddresses IPv4Dhcp
      IPv6Dhcp DefaultGateways IPAddresses`,
  },
  {
    name: 'ProcessCreationEvents',
    summary: 'DeviceProcessEvents under its name until 2019.',
    table: deviceProcessEvents,
    columns: `EventTime MachineId ComputerName ActionType FileName FolderPath SHA1 SHA256 MD5
      ProcessId ProcessCommandLine ProcessIntegrityLevel ProcessTokenElevation ProcessCreationTime
      AccountDomain AccountName AccountSid LogonId InitiatingProcessAccountDomain
      InitiatingProcessAccountName InitiatingProcessAccountSid InitiatingProcessLogonId
      InitiatingProcessIntegrityLevel InitiatingProcessTokenElevation InitiatingProcessSHA1
      InitiatingProcessSHA256 InitiatingProcessMD5 InitiatingProcessFileName InitiatingProcessId
      InitiatingProcessCommandLine InitiatingProcessCreationTime InitiatingProcessFolderPath
      InitiatingProcessParentId InitiatingProcessParentFileName InitiatingProcessParentCreationTime
      ReportId AppGuardContainerId`,
  },
  {
    name: 'NetworkCommunicationEvents',
    summary: 'DeviceNetworkEvents under its name until 2019.',
    table: deviceNetworkEvents,
    columns: `EventTime MachineId ComputerName ActionType RemoteIP RemotePort RemoteUrl LocalIP
      LocalPort Protocol LocalIPType RemoteIPType InitiatingProcessSHA1 InitiatingProcessMD5
      InitiatingProcessFileName InitiatingProcessId InitiatingProcessCommandLine
      InitiatingProcessCreationTime InitiatingProcessFolderPath InitiatingProcessParentFileName
      InitiatingProcessParentId InitiatingProcessParentCreationTime InitiatingProcessAccountDomain
      InitiatingProcessAccountName InitiatingProcessAccountSid InitiatingProcessIntegrityLevel
      InitiatingProcessTokenElevation ReportId AppGuardContainerId`,
  },
  {
    name: 'FileCreationEvents',
    summary: 'DeviceFileEvents under its name until 2019.',
    table: deviceFileEvents,
    columns: `EventTime MachineId ComputerName ActionType FileName FolderPath SHA1 SHA256 MD5
      FileOriginUrl FileOriginReferrerUrl FileOriginIP InitiatingProcessAccountDomain
      InitiatingProcessAccountName InitiatingProcessAccountSid InitiatingProcessMD5
      InitiatingProcessSHA1 InitiatingProcessFolderPath InitiatingProcessFileName
      InitiatingProcessId InitiatingProcessCommandLine InitiatingProcessCreationTime
      InitiatingProcessIntegrityLevel InitiatingProcessTokenElevation InitiatingProcessParentId
      InitiatingProcessParentFileName InitiatingProcessParentCreationTime RequestProtocol ShareName
      RequestSourceIP RequestSourcePort RequestAccountName RequestAccountDomain RequestAccountSid
      ReportId AppGuardContainerId SensitivityLabel SensitivitySubLabel
      IsAzureInfoProtectionApplied`,
  },
  {
    name: 'RegistryEvents',
    summary: 'DeviceRegistryEvents under its name until 2019.',
    table: deviceRegistryEvents,
    columns: `EventTime MachineId ComputerName ActionType RegistryKey RegistryValueType
      RegistryValueName RegistryValueData PreviousRegistryValueName PreviousRegistryValueData
      InitiatingProcessAccountDomain InitiatingProcessAccountName InitiatingProcessAccountSid
      InitiatingProcessSHA1 InitiatingProcessMD5 InitiatingProcessFileName InitiatingProcessId
      InitiatingProcessCommandLine InitiatingProcessCreationTime InitiatingProcessFolderPath
      InitiatingProcessParentId InitiatingProcessParentFileName InitiatingProcessParentCreationTime
      InitiatingProcessIntegrityLevel InitiatingProcessTokenElevation ReportId
      AppGuardContainerId`,
  },
  {
    name: 'LogonEvents',
    summary: 'DeviceLogonEvents under its name until 2019.',
    table: deviceLogonEvents,
    columns: `EventTime MachineId ComputerName ActionType AccountDomain AccountName AccountSid
      LogonType LogonId RemoteComputerName RemoteIP RemoteIPType RemotePort AdditionalFields
      InitiatingProcessAccountDomain InitiatingProcessAccountName InitiatingProcessAccountSid
      InitiatingProcessIntegrityLevel InitiatingProcessTokenElevation InitiatingProcessSHA1
      InitiatingProcessSHA256 InitiatingProcessMD5 InitiatingProcessFileName InitiatingProcessId
      InitiatingProcessCommandLine InitiatingProcessCreationTime InitiatingProcessFolderPath
      InitiatingProcessParentId InitiatingProcessParentFileName InitiatingProcessParentCreationTime
      ReportId AppGuardContainerId IsLocalAdmin`,
  },
  {
    name: 'ImageLoadEvents',
    summary: 'DeviceImageLoadEvents under its name until 2019.',
    table: deviceImageLoadEvents,
    columns: `EventTime MachineId ComputerName ActionType FileName FolderPath SHA1 MD5
      InitiatingProcessAccountDomain InitiatingProcessAccountName InitiatingProcessAccountSid
      InitiatingProcessIntegrityLevel InitiatingProcessTokenElevation InitiatingProcessSHA1
      InitiatingProcessMD5 InitiatingProcessFileName InitiatingProcessId
      InitiatingProcessCommandLine InitiatingProcessCreationTime InitiatingProcessFolderPath
      InitiatingProcessParentId InitiatingProcessParentFileName InitiatingProcessParentCreationTime
      ReportId AppGuardContainerId`,
  },
  {
    name: 'MiscEvents',
    summary: 'DeviceEvents under its name until 2019.',
    table: deviceEvents,
    columns: `EventTime MachineId ComputerName ActionType FileName FolderPath SHA1 SHA256 MD5
      AccountDomain AccountName AccountSid RemoteUrl RemoteComputerName ProcessId
      ProcessCommandLine ProcessCreationTime ProcessTokenElevation LogonId RegistryKey
      RegistryValueName RegistryValueData RemoteIP RemotePort LocalIP LocalPort FileOriginUrl
      FileOriginIP AdditionalFields InitiatingProcessSHA1 InitiatingProcessSHA256
      InitiatingProcessFileName InitiatingProcessFolderPath InitiatingProcessId
      InitiatingProcessCommandLine InitiatingProcessCreationTime InitiatingProcessParentId
      InitiatingProcessParentFileName InitiatingProcessParentCreationTime InitiatingProcessMD5
      InitiatingProcessAccountDomain InitiatingProcessAccountName InitiatingProcessAccountSid
      InitiatingProcessLogonId ReportId AppGuardContainerId`,
  },
];

const noLongerRecorded = (name: string): LegacyColumn => ({
  name,
  type: 'string',
  from: null,
  summary: 'No longer recorded',
});

const appFileEvents: Renamed = {
  name: 'AppFileEvents',
  summary:
    'File activity in cloud apps until 2021; CloudAppEvents has the events, not all columns.',
  table: cloudAppEvents,
  columns: `Timestamp ActionType Application FileName FolderPath PreviousFileName
    PreviousFolderPath Protocol AccountName AccountDomain AccountUpn AccountObjectId
    AccountDisplayName DeviceName DeviceType OSPlatform IPAddress DestinationDeviceName
    DestinationIPAddress Location Isp ReportId AdditionalFields`,
  types: { ReportId: 'long', AdditionalFields: 'string' },
  removed: [
    'FileName',
    'FolderPath',
    'PreviousFileName',
    'PreviousFolderPath',
    'Protocol',
    'AccountName',
    'AccountDomain',
    'AccountUpn',
    'DeviceName',
    'DestinationDeviceName',
    'DestinationIPAddress',
    'Location',
  ].map(noLongerRecorded),
};

function defined(name: string, type: ScalarType = 'string', summary?: string): LegacyColumn {
  return { name, type, from: null, ...(summary === undefined ? {} : { summary }) };
}

const alertColumns = {
  severity: defined('Severity', 'string', 'Informational, Low, Medium or High'),
  category: defined('Category', 'string', 'Kind of threat activity'),
  title: defined('Title', 'string', 'Alert title'),
  reportId: defined('ReportId', 'long', 'No longer recorded'),
  table: defined('Table', 'string', 'No longer recorded'),
};

// One row for each piece of evidence, as the alert tables had one for each event of an alert. Rows
// come from AlertEvidence, which knows the device, so that device groups hold.
const alertsWithEvidence = `AlertEvidence
| join kind=leftouter (
    AlertInfo
    | summarize arg_max(Timestamp, Category, Severity, Title) by AlertId
    | project AlertId, Category, InfoSeverity = Severity, InfoTitle = Title
  ) on AlertId
| extend Severity = iff(isempty(Severity), InfoSeverity, Severity)
| extend Title = iff(isempty(Title), InfoTitle, Title)`;

const definedTables: readonly LegacyTable[] = [
  {
    name: 'AlertEvents',
    summary: 'Alerts and their evidence until 2019: today AlertInfo and AlertEvidence.',
    definition: `${alertsWithEvidence}
| project AlertId, EventTime = Timestamp, MachineId = DeviceId, ComputerName = DeviceName, Severity,
    Category, Title, FileName, SHA1, RemoteUrl, RemoteIP, ReportId = long(null), Table = ""`,
    columns: [
      defined('AlertId'),
      defined('EventTime', 'datetime'),
      defined('MachineId'),
      defined('ComputerName'),
      alertColumns.severity,
      alertColumns.category,
      alertColumns.title,
      defined('FileName'),
      defined('SHA1'),
      defined('RemoteUrl'),
      defined('RemoteIP'),
      alertColumns.reportId,
      alertColumns.table,
    ],
  },
  {
    name: 'DeviceAlertEvents',
    summary: 'Alerts and their evidence in 2020: today AlertInfo and AlertEvidence.',
    definition: `${alertsWithEvidence}
| project AlertId, Timestamp, DeviceId, DeviceName, Severity, Category, Title, FileName, SHA1,
    RemoteUrl, RemoteIP, AttackTechniques, ReportId = long(null), Table = ""`,
    columns: [
      defined('AlertId'),
      defined('Timestamp', 'datetime'),
      defined('DeviceId'),
      defined('DeviceName'),
      alertColumns.severity,
      alertColumns.category,
      alertColumns.title,
      defined('FileName'),
      defined('SHA1'),
      defined('RemoteUrl'),
      defined('RemoteIP'),
      defined('AttackTechniques', 'string', 'MITRE ATT&CK techniques, JSON array text'),
      alertColumns.reportId,
      alertColumns.table,
    ],
  },
  {
    name: 'DeviceTvmSoftwareInventoryVulnerabilities',
    summary:
      'Software and its vulnerabilities until 2021: today DeviceTvmSoftwareInventory and ' +
      'DeviceTvmSoftwareVulnerabilities.',
    definition: `DeviceTvmSoftwareInventory
| join kind=leftouter (
    DeviceTvmSoftwareVulnerabilities
    | project DeviceId, SoftwareVendor, SoftwareName, SoftwareVersion, CveId,
        VulnerabilitySeverityLevel
  ) on DeviceId, SoftwareVendor, SoftwareName, SoftwareVersion
| project DeviceId, DeviceName, OSPlatform, OSVersion, OSArchitecture, SoftwareVendor, SoftwareName,
    SoftwareVersion, CveId, VulnerabilitySeverityLevel`,
    columns: [
      defined('DeviceId'),
      defined('DeviceName'),
      defined('OSPlatform'),
      defined('OSVersion'),
      defined('OSArchitecture'),
      defined('SoftwareVendor'),
      defined('SoftwareName'),
      defined('SoftwareVersion'),
      defined('CveId'),
      defined('VulnerabilitySeverityLevel'),
    ],
  },
];

/** Tables of earlier generations, as their documents described them. */
export const legacyTables: readonly LegacyTable[] = [
  ...renamedIn2020.map((table) => renamedTable({ ...table, alsoRemoved: removedIn2019 })),
  renamedTable(appFileEvents),
  ...definedTables,
];
