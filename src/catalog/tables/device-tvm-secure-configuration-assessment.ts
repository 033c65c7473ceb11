import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmSecureConfigurationAssessment: Table = {
  name: 'DeviceTvmSecureConfigurationAssessment',
  category: 'Vulnerability management',
  summary: 'Result of checking each security configuration on each device.',
  timeColumn: 'Timestamp',
  deviceScoped: true,
  columns: columnsOf(
    'DeviceId',
    'DeviceName',
    'OSPlatform',
    'Timestamp',
    'ConfigurationId',
    'ConfigurationCategory',
    'ConfigurationSubcategory',
    'ConfigurationImpact',
    { name: 'IsCompliant', type: 'bool', summary: 'Configuration is compliant' },
    'IsApplicable',
    { name: 'Context', type: 'dynamic', summary: 'Additional context' },
    { name: 'IsExpectedUserImpact', type: 'bool', summary: 'Applying it would affect users' },
  ),
};
