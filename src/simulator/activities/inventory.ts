import { company, type Device } from '../company.js';
import type { Host } from '../host.js';
import { type ProgramName, program } from '../programs.js';
import { formatMoment, type Moment } from '../time.js';
import type { Organisation } from './organisation.js';

const deviceTypes = {
  workstation: 'Workstation',
  mac: 'Workstation',
} as const satisfies Partial<Record<Device['kind'], string>>;

/** The sensor's report about its device: `DeviceInfo` and `DeviceNetworkInfo`. */
export function reportDevice(host: Host, at: Moment): void {
  const { device } = host;
  const { os } = device;
  const owner = device.owner;
  host.snapshot('DeviceInfo', at, {
    ClientVersion: os.family === 'windows' ? '10.8672.22621.1006' : '101.23122.0002',
    PublicIP: company.publicIp,
    OSArchitecture: '64-bit',
    OSPlatform: os.platform,
    OSBuild: os.build || null,
    OSVersion: os.version,
    OSVersionInfo: os.version,
    OSDistribution: os.distribution || null,
    IsAzureADJoined: device.kind === 'workstation',
    JoinType: device.kind === 'workstation' ? 'Hybrid Azure AD Join' : null,
    AadDeviceId: device.azureDeviceId,
    LoggedOnUsers: JSON.stringify(
      owner
        ? [{ UserName: owner.name, DomainName: company.netbios.toUpperCase(), Sid: owner.sid }]
        : [],
    ),
    MachineGroup: device.group,
    OnboardingStatus: 'Onboarded',
    SensorHealthState: 'Active',
    DeviceCategory: 'Endpoint',
    DeviceType: deviceTypes[device.kind as keyof typeof deviceTypes] ?? 'Server',
    ExposureLevel: device.kind === 'web-server' || os.family === 'linux' ? 'High' : 'Low',
    AssetValue: device.kind === 'domain-controller' ? 'High' : 'Normal',
    IsInternetFacing: device.kind === 'web-server' || device.kind === 'linux-server',
    IsExcluded: false,
    DeviceDynamicTags: JSON.stringify(
      device.kind === 'domain-controller' ? ['Domain controller'] : [],
    ),
    DeviceManualTags: JSON.stringify(owner?.department ? [owner.department] : ['Server']),
    Vendor: device.kind === 'mac' ? 'Apple' : 'Kestrel Computers',
    Model:
      device.kind === 'mac'
        ? 'MacBook Pro'
        : device.kind === 'workstation'
          ? 'K-14'
          : 'Virtual machine',
    HardwareUuid: device.azureDeviceId.toUpperCase(),
  });
  host.snapshot('DeviceNetworkInfo', at + 1_300, {
    NetworkAdapterName: '{6D2A9C61-9F0C-4F5B-A9B1-2E0F4D1C7A55}',
    MacAddress: device.mac,
    NetworkAdapterType: 'Ethernet',
    NetworkAdapterStatus: 'Up',
    NetworkAdapterVendor: 'Kestrel Computers',
    NetworkAdapterDnsSuffix: company.dnsDomain,
    ConnectedNetworks: JSON.stringify([
      { Name: company.dnsDomain, Category: 'Domain', IsConnectedToInternet: true },
    ]),
    DnsAddresses: JSON.stringify(['10.20.0.10']),
    IPv4Dhcp: '10.20.0.10',
    DefaultGateways: JSON.stringify(['10.20.0.1']),
    IPAddresses: JSON.stringify([
      { IPAddress: device.ip, SubnetPrefix: 22, AddressType: 'Private' },
    ]),
    OnboardingStatus: 'Onboarded',
  });
}

const certified: readonly ProgramName[] = [
  'chrome',
  'edge',
  'outlook',
  'word',
  'acrobat',
  'teams',
  'git',
  'node',
  'backupAgent',
  'sqlservr',
];

/** The signature of a program that the device has seen. */
export function reportCertificate(host: Host, at: Moment): void {
  const { sha1, signer, sha256 } = program(host.random.pick(certified));
  host.snapshot('DeviceFileCertificateInfo', at, {
    SHA1: sha1,
    IsSigned: true,
    SignatureType: 'Embedded',
    Signer: signer,
    SignerHash: sha256.slice(0, 40),
    Issuer: 'Documentation Code Signing CA',
    IssuerHash: '5b1d0d3f7a0f4f0f8b7a1c9f5e2d3c4b5a697887',
    CertificateSerialNumber: sha256.slice(24, 56),
    CertificateCreationTime: '2023-05-02T00:00:00.0000000Z',
    CertificateExpirationTime: '2026-05-01T23:59:59.0000000Z',
    IsTrusted: true,
    IsRootSignerMicrosoft: signer === 'Microsoft Corporation',
  });
}

/** The directory's view of everyone who works here. */
export function reportIdentities({ employees, record }: Organisation, at: Moment): void {
  for (const [index, person] of employees.entries()) {
    const manager = employees.find(({ jobTitle }) => jobTitle === 'Managing director');
    record('IdentityInfo', at + index * 900, null, {
      AccountObjectId: person.objectId,
      AccountUpn: person.upn,
      OnPremSid: person.sid,
      AccountDisplayName: person.displayName,
      AccountName: person.name,
      AccountDomain: company.dnsDomain,
      Type: 'User',
      DistinguishedName: `CN=${person.displayName},OU=${person.department},DC=corp,DC=brackwater,DC=example`,
      GivenName: person.givenName,
      Surname: person.surname,
      Department: person.department,
      JobTitle: person.jobTitle,
      EmailAddress: person.upn,
      City: 'Rotterdam',
      Country: 'NL',
      CompanyName: company.name,
      IsAccountEnabled: true,
      Manager: manager === person ? null : (manager?.displayName ?? null),
      CreatedDateTime: formatMoment(Date.UTC(2021, index % 12, 1 + (index % 27), 8) * 1000),
      SourceSystem: 'Active Directory',
      ReportId: `${person.objectId}-${Math.floor(at / 1_000_000)}`,
      GroupMembership: JSON.stringify(['All staff', person.department]),
    });
  }
}
