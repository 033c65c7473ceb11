import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceBaselineComplianceAssessment: Table = {
  name: 'DeviceBaselineComplianceAssessment',
  category: 'Vulnerability management',
  summary:
    'Compliance status of each device against the configurations of a security baseline profile.',
  timeColumn: null,
  deviceScoped: true,
  columns: columnsOf(
    'DeviceId',
    'DeviceName',
    'OSPlatform',
    'OSVersion',
    'ConfigurationId',
    'ProfileId',
    { name: 'IsCompliant', type: 'bool', summary: 'Configuration is compliant' },
    'IsApplicable',
    { name: 'Source', type: 'dynamic', summary: 'Where the current setting was read' },
    'RecommendedValue',
    { name: 'CurrentValue', type: 'dynamic', summary: 'Values found' },
    { name: 'IsExempt', type: 'bool', summary: 'Exempt from the baseline' },
  ),
};
