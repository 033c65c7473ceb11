import type { Table } from '../types.js';

export const deviceTvmSecureConfigurationAssessment: Table = {
  name: 'DeviceTvmSecureConfigurationAssessment',
  category: 'Vulnerability management',
  summary: 'Result of checking each security configuration on each device.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  columns: [
    {
      name: 'DeviceId',
      type: 'string',
      summary: 'Service-assigned device key (40 hex characters in practice)',
    },
    { name: 'DeviceName', type: 'string', summary: 'Device host name, usually an FQDN' },
    { name: 'OSPlatform', type: 'string', summary: 'Operating system name' },
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'ConfigurationId', type: 'string', summary: 'Configuration identifier' },
    { name: 'ConfigurationCategory', type: 'string', summary: 'Configuration category' },
    { name: 'ConfigurationSubcategory', type: 'string', summary: 'Configuration subcategory' },
    {
      name: 'ConfigurationImpact',
      type: 'real',
      summary: 'Weight in the configuration score, 1 to 10',
    },
    { name: 'IsCompliant', type: 'bool', summary: 'Configuration is compliant' },
    { name: 'IsApplicable', type: 'bool', summary: 'Configuration applies to the device' },
    { name: 'Context', type: 'dynamic', summary: 'Additional context' },
    { name: 'IsExpectedUserImpact', type: 'bool', summary: 'Applying it would affect users' },
  ],
};
