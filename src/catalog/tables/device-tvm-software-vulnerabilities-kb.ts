import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmSoftwareVulnerabilitiesKb: Table = {
  name: 'DeviceTvmSoftwareVulnerabilitiesKB',
  category: 'Vulnerability management',
  summary: 'Reference data about published vulnerabilities, one row per CVE.',
  timeColumn: null,
  deviceScoped: false,
  columns: columnsOf(
    'CveId',
    { name: 'CvssScore', type: 'string', readAs: 'real', summary: 'CVSS score' },
    { name: 'IsExploitAvailable', type: 'bool', summary: 'Public exploit exists' },
    'VulnerabilitySeverityLevel',
    'LastModifiedTime',
    { name: 'PublishedDate', type: 'datetime', summary: 'Disclosure date' },
    { name: 'VulnerabilityDescription', type: 'string', summary: 'Vulnerability text' },
    { name: 'AffectedSoftware', type: 'dynamic', summary: 'Affected products' },
  ),
  hiddenColumns: [
    { name: 'EpssScore', type: 'real', summary: 'Probability of exploitation (EPSS)' },
    { name: 'CvssVector', type: 'string', summary: 'CVSS vector' },
  ],
};
