import type { Table } from '../types.js';

export const deviceTvmSecureConfigurationAssessmentKb: Table = {
  name: 'DeviceTvmSecureConfigurationAssessmentKB',
  category: 'Vulnerability management',
  summary:
    'Reference data describing each assessed security configuration, its risk and benchmarks.',
  timeColumn: null,
  deviceScoped: false,
  columns: [
    { name: 'ConfigurationId', type: 'string', summary: 'Configuration identifier' },
    {
      name: 'ConfigurationImpact',
      type: 'real',
      summary: 'Weight in the configuration score, 1 to 10',
    },
    { name: 'ConfigurationName', type: 'string', summary: 'Configuration title' },
    { name: 'ConfigurationDescription', type: 'string', summary: 'Configuration text' },
    { name: 'RiskDescription', type: 'string', summary: 'Risk text' },
    { name: 'ConfigurationCategory', type: 'string', summary: 'Configuration category' },
    { name: 'ConfigurationSubcategory', type: 'string', summary: 'Configuration subcategory' },
    { name: 'ConfigurationBenchmarks', type: 'dynamic', summary: 'Benchmarks that recommend it' },
    { name: 'Tags', type: 'dynamic', summary: 'Configuration labels' },
    { name: 'RemediationOptions', type: 'string', summary: 'Suggested fixes' },
  ],
};
