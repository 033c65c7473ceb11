import type { Column } from './types.js';

/** How a text column is stored. */
export type TextStorage =
  /** Searched for words and parts: a term index and an n-gram index. */
  | 'searched'
  /** Looked up as a whole value, such as a hash or an address: a bloom filter. */
  | 'whole'
  /** Few different values: a dictionary, which needs no index. */
  | 'few'
  | 'plain';

/**
 * By column name, first match. Long texts first: their names end like those of short ones. A column
 * that is stored as `few` without being so costs space, one that is not though it could be costs time.
 */
const textStorage: readonly (readonly [RegExp, TextStorage])[] = [
  [/^(InitiatingProcess|Process)CommandLine$/, 'searched'],
  [/^(FolderPath|RegistryKey|RegistryValueData)$/, 'searched'],
  [/^(RemoteUrl|Url|FileOriginUrl|RequestUri|DnsQuery|QueryTarget)$/, 'searched'],
  [/^(Subject|EmailSubject|MessageSubject)$/, 'searched'],
  [/^(AdditionalFields|RawEventData)$/, 'searched'],
  [/^(SHA1|SHA256|MD5)$/, 'whole'],
  // What lists of indicators name, and investigations follow.
  [/^(RemoteIP|FileOriginIP|PublicIP|(Source|Destination)?IPAddress|IpAddress)$/, 'whole'],
  [/^(SenderIPv4|SenderIPv6|NetworkMessageId|InternetMessageId)$/, 'whole'],
  // Hashes of the programs that start others: few programs do.
  [/^InitiatingProcess(SHA1|SHA256|MD5|FolderPath)$/, 'few'],
  [/^(DeviceId|DeviceName|ActionType|MachineGroup|RegistryDeviceTag)$/, 'few'],
  [/(File|Host|Account|Display|Company|Product|Software|Vendor|Policy|Agent|Image)Name$/, 'few'],
  [/(Device|Domain|Country|City|State|Region|Container|Namespace|Share|Process|App)Name$/, 'few'],
  [/(Domain|Upn|AccountSid|AccountObjectId|TenantId|SubscriptionId)$/, 'few'],
  [/VersionInfo(CompanyName|ProductName|ProductVersion|InternalFileName|OriginalFileName)$/, 'few'],
  [/VersionInfoFileDescription$/, 'few'],
  [/(Type|Types|Category|Categories|Status|State|Level|Severity|Direction|Protocol)$/, 'few'],
  [/(Platform|Architecture|Version|Vendor|Manufacturer|Model|Source|Sources|Action)$/, 'few'],
  [/(Country|City|Region|CountryCode|Isp|ISP|Department|Company|Language|Workload)$/, 'few'],
  [/(TokenElevation|IntegrityLevel|Signer|Issuer|RegistryValueName|UserAgent|Browser)$/, 'few'],
  [/^(Application|ApplicationId|OSDistribution|OSBuild|LogonType|Operation|OperationName)$/, 'few'],
  [/^(AttackTechniques|DetectionMethods|ThreatNames|ResourceDisplayName|EvidenceRole)$/, 'few'],
];

type Named = Pick<Column, 'name' | 'type'>;

/** Stored as text: never null. */
export function isText({ type }: Pick<Column, 'type'>): boolean {
  return type === 'string' || type === 'dynamic';
}

export function textStorageOf(column: Named): TextStorage {
  const match = isText(column)
    ? textStorage.find(([pattern]) => pattern.test(column.name))?.[1]
    : undefined;
  // A dictionary of JSON documents pays as little as an index of hashes in one would.
  return match === undefined || (column.type === 'dynamic' && match !== 'searched')
    ? 'plain'
    : match;
}
