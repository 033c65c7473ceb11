import type { Table } from '../types.js';

export const aadSpnSignInEventsBeta: Table = {
  name: 'AADSpnSignInEventsBeta',
  category: 'Identities',
  summary:
    'Older name of the service principal sign-in table; superseded by EntraIdSpnSignInEvents.',
  note: 'Announced for removal on 2025-12-09, later moved to 2026-10-19; queries are migrated to EntraIdSpnSignInEvents.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  deprecated: { replacedBy: 'EntraIdSpnSignInEvents', isContinued: true },
  columns: [
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'Application', type: 'string', summary: 'Application' },
    { name: 'ApplicationId', type: 'string', summary: 'Application identifier' },
    { name: 'IsManagedIdentity', type: 'bool', summary: 'Managed identity sign-in' },
    { name: 'ErrorCode', type: 'int', summary: 'Sign-in error code' },
    { name: 'CorrelationId', type: 'string', summary: 'Sign-in correlation identifier' },
    { name: 'ServicePrincipalName', type: 'string', summary: 'Service principal name' },
    { name: 'ServicePrincipalId', type: 'string', summary: 'Service principal identifier' },
    { name: 'ResourceDisplayName', type: 'string', summary: 'Resource name' },
    { name: 'ResourceId', type: 'string', summary: 'Resource identifier' },
    { name: 'ResourceTenantId', type: 'string', summary: 'Tenant owning the resource' },
    { name: 'IPAddress', type: 'string', summary: 'IP address' },
    { name: 'Country', type: 'string', summary: 'Country or region' },
    { name: 'State', type: 'string', summary: 'State or province' },
    { name: 'City', type: 'string', summary: 'City' },
    { name: 'Latitude', type: 'string', summary: 'Latitude' },
    { name: 'Longitude', type: 'string', summary: 'Longitude' },
    { name: 'RequestId', type: 'string', summary: 'Request identifier' },
    { name: 'ReportId', type: 'string', summary: 'Record identifier' },
  ],
};
