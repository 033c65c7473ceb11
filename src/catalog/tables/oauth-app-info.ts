import { columnsOf } from '../shared-columns.js';
import type { Table } from '../types.js';

export const oauthAppInfo: Table = {
  name: 'OAuthAppInfo',
  category: 'Apps & cloud',
  summary: 'OAuth applications registered in the tenant with consent, permission and risk data.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: columnsOf(
    'ReportId',
    'Timestamp',
    'OAuthAppId',
    'ServicePrincipalId',
    { name: 'AppName', type: 'string', summary: 'Application display name' },
    { name: 'AddedOnTime', type: 'datetime', summary: 'Registration time' },
    'LastModifiedTime',
    { name: 'AppStatus', type: 'string', summary: 'Application status' },
    { name: 'VerifiedPublisher', type: 'dynamic', summary: 'Verified publisher details' },
    { name: 'PrivilegeLevel', type: 'string', summary: 'Highest privilege granted' },
    { name: 'Permissions', type: 'dynamic', summary: 'Permission objects' },
    { name: 'ConsentedUsersCount', type: 'int', summary: 'Users who consented' },
    { name: 'IsAdminConsented', type: 'bool', summary: 'Admin consented for all' },
    { name: 'AppOrigin', type: 'string', summary: 'Internal or external registration' },
    { name: 'LastUsedTime', type: 'datetime', summary: 'Last sign-in of the app' },
    { name: 'AppOwnerTenantId', type: 'string', summary: 'Tenant of registration' },
    { name: 'RiskScore', type: 'int', summary: 'Risk score' },
    'AssignedRoles',
  ),
};
