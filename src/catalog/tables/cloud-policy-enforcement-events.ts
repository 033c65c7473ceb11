import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const cloudPolicyEnforcementEvents: Table = {
  name: 'CloudPolicyEnforcementEvents',
  category: 'Apps & cloud',
  summary: 'Admission and gating policy decisions for Kubernetes clusters.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'Timestamp',
    'ReportId',
    'DataSource',
    'SubscriptionId',
    'ActionType',
    'AzureResourceId',
    'AwsResourceName',
    'GcpFullResourceName',
    'Region',
    { name: 'ResourceKind', type: 'string', summary: 'Kubernetes resource kind' },
    { name: 'ResourceName', type: 'string', summary: 'Kubernetes resource name' },
    'KubernetesNamespace',
    { name: 'Reason', type: 'string', summary: 'Reason for the result' },
    'AdditionalFields',
  ),
  actionTypes: ['Audit', 'Deny', 'Allow'],
};
