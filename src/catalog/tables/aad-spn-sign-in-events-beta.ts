import { columnsOf } from '../shared-columns.js';
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
  columns: columnsOf(
    'Timestamp',
    'Application',
    'ApplicationId',
    'IsManagedIdentity',
    'ErrorCode',
    'CorrelationId',
    'ServicePrincipalName',
    'ServicePrincipalId',
    'ResourceDisplayName',
    'ResourceId',
    'ResourceTenantId',
    'IPAddress',
    'Country',
    'State',
    'City',
    'Latitude',
    'Longitude',
    'RequestId',
    'ReportId',
  ),
};
