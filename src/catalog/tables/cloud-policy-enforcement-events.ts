import type { Table } from '../types.js';

export const cloudPolicyEnforcementEvents: Table = {
  name: 'CloudPolicyEnforcementEvents',
  category: 'Apps & cloud',
  summary: 'Admission and gating policy decisions for Kubernetes clusters.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'ReportId', type: 'string', summary: 'Record identifier' },
    { name: 'DataSource', type: 'string', summary: 'Source of the record' },
    { name: 'SubscriptionId', type: 'string', summary: 'Cloud subscription' },
    { name: 'ActionType', type: 'string', summary: 'Event kind' },
    { name: 'AzureResourceId', type: 'string', summary: 'Azure resource identifier' },
    { name: 'AwsResourceName', type: 'string', summary: 'AWS resource name (ARN)' },
    { name: 'GcpFullResourceName', type: 'string', summary: 'GCP resource name' },
    { name: 'Region', type: 'string', summary: 'Region' },
    { name: 'ResourceKind', type: 'string', summary: 'Kubernetes resource kind' },
    { name: 'ResourceName', type: 'string', summary: 'Kubernetes resource name' },
    { name: 'KubernetesNamespace', type: 'string', summary: 'Kubernetes namespace' },
    { name: 'Reason', type: 'string', summary: 'Reason for the result' },
    {
      name: 'AdditionalFields',
      type: 'string',
      summary: 'Extra event details, JSON text',
      jsonText: true,
    },
  ],
  actionTypes: ['Audit', 'Deny', 'Allow'],
};
