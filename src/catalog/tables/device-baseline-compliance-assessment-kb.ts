import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceBaselineComplianceAssessmentKb: Table = {
  name: 'DeviceBaselineComplianceAssessmentKB',
  category: 'Vulnerability management',
  summary: 'Reference data for the configurations used in baseline assessments.',
  timeColumn: null,
  deviceScoped: false,
  columns: columnsOf(
    'ConfigurationId',
    'ConfigurationName',
    'ConfigurationDescription',
    { name: 'ConfigurationRationale', type: 'string', summary: 'Reason and risk text' },
    'ConfigurationCategory',
    { name: 'BenchmarkProfileLevels', type: 'dynamic', summary: 'Benchmark levels it applies to' },
    { name: 'CCEReference', type: 'string', summary: 'CCE identifier' },
    'RemediationOptions',
    { name: 'ConfigurationBenchmark', type: 'string', summary: 'Recommending benchmark' },
    { name: 'ConfigurationBenchmarkVersion', type: 'string', summary: 'Benchmark version' },
    { name: 'Source', type: 'dynamic', summary: 'Where the current setting was read' },
    'RecommendedValue',
  ),
};
