import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const deviceTvmSecureConfigurationAssessmentKb: Table = {
  name: 'DeviceTvmSecureConfigurationAssessmentKB',
  category: 'Vulnerability management',
  summary:
    'Reference data describing each assessed security configuration, its risk and benchmarks.',
  timeColumn: null,
  deviceScoped: false,
  columns: columnsOf(
    'ConfigurationId',
    'ConfigurationImpact',
    'ConfigurationName',
    'ConfigurationDescription',
    { name: 'RiskDescription', type: 'string', summary: 'Risk text' },
    'ConfigurationCategory',
    'ConfigurationSubcategory',
    { name: 'ConfigurationBenchmarks', type: 'dynamic', summary: 'Benchmarks that recommend it' },
    { name: 'Tags', type: 'dynamic', summary: 'Configuration labels' },
    'RemediationOptions',
  ),
};
