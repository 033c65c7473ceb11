import type { Table } from '../types.js';

export const deviceTvmSoftwareVulnerabilities: Table = {
  name: 'DeviceTvmSoftwareVulnerabilities',
  category: 'Vulnerability management',
  summary: 'Known CVEs affecting software installed on each device, with the recommended update.',
  timeColumn: null,
  deviceScoped: true,
  columns: [
    {
      name: 'DeviceId',
      type: 'string',
      summary: 'Service-assigned device key (40 hex characters in practice)',
    },
    { name: 'DeviceName', type: 'string', summary: 'Device host name, usually an FQDN' },
    { name: 'OSPlatform', type: 'string', summary: 'Operating system name' },
    { name: 'OSVersion', type: 'string', summary: 'OS version' },
    { name: 'OSArchitecture', type: 'string', summary: 'CPU architecture of the OS' },
    { name: 'SoftwareVendor', type: 'string', summary: 'Software publisher' },
    { name: 'SoftwareName', type: 'string', summary: 'Product name' },
    { name: 'SoftwareVersion', type: 'string', summary: 'Product version' },
    { name: 'CveId', type: 'string', summary: 'CVE identifier' },
    {
      name: 'VulnerabilitySeverityLevel',
      type: 'string',
      summary: 'Severity of the vulnerability',
    },
    { name: 'RecommendedSecurityUpdate', type: 'string', summary: 'Update that fixes it' },
    { name: 'RecommendedSecurityUpdateId', type: 'string', summary: 'Update or KB identifier' },
    { name: 'CveTags', type: 'dynamic', summary: 'CVE tags such as ZeroDay' },
  ],
  hiddenColumns: [
    {
      name: 'CveMitigationStatus',
      type: 'string',
      summary: 'Mitigation of the vulnerability; usually empty',
    },
    { name: 'AadDeviceId', type: 'string', summary: 'Entra ID device identifier' },
  ],
};
