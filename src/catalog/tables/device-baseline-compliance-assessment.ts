import type { Table } from '../types.js';

export const deviceBaselineComplianceAssessment: Table = {
  name: 'DeviceBaselineComplianceAssessment',
  category: 'Vulnerability management',
  summary:
    'Compliance status of each device against the configurations of a security baseline profile.',
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
    { name: 'ConfigurationId', type: 'string', summary: 'Configuration identifier' },
    { name: 'ProfileId', type: 'string', summary: 'Baseline profile identifier' },
    { name: 'IsCompliant', type: 'bool', summary: 'Configuration is compliant' },
    { name: 'IsApplicable', type: 'bool', summary: 'Configuration applies to the device' },
    { name: 'Source', type: 'dynamic', summary: 'Where the current setting was read' },
    { name: 'RecommendedValue', type: 'dynamic', summary: 'Values that count as compliant' },
    { name: 'CurrentValue', type: 'dynamic', summary: 'Values found' },
    { name: 'IsExempt', type: 'bool', summary: 'Exempt from the baseline' },
  ],
};
