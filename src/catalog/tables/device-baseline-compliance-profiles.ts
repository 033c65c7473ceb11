import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceBaselineComplianceProfiles: Table = {
  name: 'DeviceBaselineComplianceProfiles',
  category: 'Vulnerability management',
  summary: 'Baseline profiles defined in the organisation and the benchmark each builds on.',
  timeColumn: null,
  deviceScoped: false,
  columns: columnsOf(
    'ProfileId',
    { name: 'ProfileName', type: 'string', summary: 'Profile name' },
    { name: 'ProfileDescription', type: 'string', summary: 'Profile text' },
    { name: 'OSPlatform', type: 'dynamic', summary: 'Operating systems covered' },
    'OSVersion',
    { name: 'BaseBenchmark', type: 'string', summary: 'Underlying benchmark' },
    { name: 'BenchmarkVersion', type: 'string', summary: 'Underlying benchmark version' },
    { name: 'BenchmarkProfileLevel', type: 'string', summary: 'Chosen compliance level' },
    { name: 'Status', type: 'bool', summary: 'Profile enabled' },
    { name: 'CreatedBy', type: 'string', summary: 'Creator' },
    { name: 'CreatedOn', type: 'datetime', summary: 'Creation time' },
    { name: 'LastUpdatedBy', type: 'string', summary: 'Last editor' },
    { name: 'LastUpdatedOn', type: 'datetime', summary: 'Last edit time' },
  ),
};
