import type { Table } from '../types.js';

export const deviceBaselineComplianceAssessmentKb: Table = {
  name: 'DeviceBaselineComplianceAssessmentKB',
  category: 'Vulnerability management',
  summary: 'Reference data for the configurations used in baseline assessments.',
  timeColumn: null,
  deviceScoped: false,
  columns: [
    { name: 'ConfigurationId', type: 'string', summary: 'Configuration identifier' },
    { name: 'ConfigurationName', type: 'string', summary: 'Configuration title' },
    { name: 'ConfigurationDescription', type: 'string', summary: 'Configuration text' },
    { name: 'ConfigurationRationale', type: 'string', summary: 'Reason and risk text' },
    { name: 'ConfigurationCategory', type: 'string', summary: 'Configuration category' },
    { name: 'BenchmarkProfileLevels', type: 'dynamic', summary: 'Benchmark levels it applies to' },
    { name: 'CCEReference', type: 'string', summary: 'CCE identifier' },
    { name: 'RemediationOptions', type: 'string', summary: 'Suggested fixes' },
    { name: 'ConfigurationBenchmark', type: 'string', summary: 'Recommending benchmark' },
    { name: 'ConfigurationBenchmarkVersion', type: 'string', summary: 'Benchmark version' },
    { name: 'Source', type: 'dynamic', summary: 'Where the current setting was read' },
    { name: 'RecommendedValue', type: 'dynamic', summary: 'Values that count as compliant' },
  ],
};
