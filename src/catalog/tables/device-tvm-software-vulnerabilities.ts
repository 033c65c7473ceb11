import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmSoftwareVulnerabilities: Table = {
  name: 'DeviceTvmSoftwareVulnerabilities',
  category: 'Vulnerability management',
  summary: 'Known CVEs affecting software installed on each device, with the recommended update.',
  timeColumn: null,
  deviceScoped: true,
  columns: columnsOf(
    'DeviceId',
    'DeviceName',
    'OSPlatform',
    'OSVersion',
    'OSArchitecture',
    'SoftwareVendor',
    'SoftwareName',
    'SoftwareVersion',
    'CveId',
    'VulnerabilitySeverityLevel',
    { name: 'RecommendedSecurityUpdate', type: 'string', summary: 'Update that fixes it' },
    { name: 'RecommendedSecurityUpdateId', type: 'string', summary: 'Update or KB identifier' },
    { name: 'CveTags', type: 'dynamic', summary: 'CVE tags such as ZeroDay' },
  ),
  hiddenColumns: [
    {
      name: 'CveMitigationStatus',
      type: 'string',
      summary: 'Mitigation of the vulnerability; usually empty',
    },
    { name: 'AadDeviceId', type: 'string', summary: 'Entra ID device identifier' },
  ],
};
