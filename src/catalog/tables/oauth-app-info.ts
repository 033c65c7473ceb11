import type { Table } from '../types.js';

export const oauthAppInfo: Table = {
  name: 'OAuthAppInfo',
  category: 'Apps & cloud',
  summary: 'OAuth applications registered in the tenant with consent, permission and risk data.',
  timeColumn: 'Timestamp',
  deviceScoped: false,
  columns: [
    { name: 'ReportId', type: 'string', summary: 'Record identifier' },
    { name: 'Timestamp', type: 'datetime', summary: 'When the event or record happened (UTC)' },
    { name: 'OAuthAppId', type: 'string', summary: 'OAuth application identifier' },
    { name: 'ServicePrincipalId', type: 'string', summary: 'Service principal identifier' },
    { name: 'AppName', type: 'string', summary: 'Application display name' },
    { name: 'AddedOnTime', type: 'datetime', summary: 'Registration time' },
    { name: 'LastModifiedTime', type: 'datetime', summary: 'Last change' },
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
    { name: 'AssignedRoles', type: 'dynamic', summary: 'Assigned roles' },
  ],
};
