import { describe, expect, it } from 'vitest';
import { converted, type Row } from '../convert.js';

const tenant = '4b8c18bd-0000-4000-8000-000000000000';
const userId = '0b6e7f9e-31c1-4d6a-9d0e-1f2a3b4c5d6e';

/** As Graph has it, and diagnostic settings in `properties`. */
const signIn = {
  ...{
    id: '5762b741-0000-4000-8000-000000000001',
    createdDateTime: '2026-01-05T10:11:12.1234567Z',
  },
  ...{ userDisplayName: 'Bob', userPrincipalName: 'Bob@contoso.com', userId, userType: 'member' },
  ...{ appId: '4765445b-32c6-49b0-83e6-1d93765276ca', appDisplayName: 'OfficeHome' },
  ...{ ipAddress: '203.0.113.7', clientAppUsed: 'Browser', userAgent: 'Mozilla/5.0' },
  ...{ correlationId: 'c-1', conditionalAccessStatus: 'notApplied', sessionId: 'sess-1' },
  ...{ authenticationRequirement: 'multiFactorAuthentication', tokenIssuerType: 'AzureAD' },
  ...{ riskState: 'atRisk', riskLevelAggregated: 'high', riskLevelDuringSignIn: 'medium' },
  ...{ riskEventTypes_v2: ['unfamiliarFeatures'], homeTenantId: tenant, resourceTenantId: tenant },
  ...{ resourceDisplayName: 'Microsoft Graph', resourceId: '00000003-0000-0000-c000-000000000000' },
  ...{ uniqueTokenIdentifier: 'OPD3UZnmTkud24wRw6ATAA', signInEventTypes: ['interactiveUser'] },
  status: { errorCode: 50126, failureReason: 'Invalid username or password.' },
  deviceDetail: {
    ...{ deviceId: 'dev-1', displayName: 'PC1', operatingSystem: 'Windows10', browser: 'Edge 131' },
    ...{ isCompliant: true, isManaged: false, trustType: 'Hybrid Azure AD joined' },
  },
  location: {
    ...{ city: 'Berlin', state: 'Berlin', countryOrRegion: 'DE' },
    geoCoordinates: { latitude: 52.5, longitude: 13.4 },
  },
  appliedConditionalAccessPolicies: [{ id: 'p-1', displayName: 'MFA', result: 'notApplied' }],
  authenticationProcessingDetails: [{ key: 'Legacy TLS', value: 'False' }],
  networkLocationDetails: [],
};

/** @param more of the record around the event */
const logged = (category: string, properties: object, more: object = {}) => ({
  ...{
    time: '2026-01-05T10:14:00.0000000Z',
    resourceId: `/tenants/${tenant}/providers/Microsoft.aadiam`,
  },
  ...{ operationName: 'Sign-in activity', category, tenantId: tenant, level: '4', ...more },
  properties,
});

const expectedSignIn = {
  Timestamp: '2026-01-05T10:11:12.1234567Z',
  LogonType: '["interactiveUser"]',
  Application: 'OfficeHome',
  ApplicationId: '4765445b-32c6-49b0-83e6-1d93765276ca',
  ErrorCode: 50126,
  CorrelationId: 'c-1',
  SessionId: 'sess-1',
  AccountDisplayName: 'Bob',
  AccountObjectId: userId,
  AccountUpn: 'bob@contoso.com',
  IsExternalUser: 0,
  IsGuestUser: false,
  ResourceDisplayName: 'Microsoft Graph',
  ResourceId: '00000003-0000-0000-c000-000000000000',
  DeviceName: 'PC1',
  EntraIdDeviceId: 'dev-1',
  OSPlatform: 'Windows10',
  DeviceTrustType: 'ServerAd',
  IsManaged: 0,
  IsCompliant: 1,
  AuthenticationRequirement: 'multiFactorAuthentication',
  TokenIssuerType: '0',
  RiskLevelAggregated: 100,
  RiskLevelDuringSignIn: 50,
  RiskEventTypes: '["unfamiliarFeatures"]',
  RiskState: 4,
  ConditionalAccessPolicies: '[{"id":"p-1","displayName":"MFA","result":"notApplied"}]',
  ConditionalAccessStatus: 2,
  IPAddress: '203.0.113.7',
  Country: 'DE',
  City: 'Berlin',
  Latitude: '52.5',
  Longitude: '13.4',
  RequestId: signIn.id,
  ReportId: signIn.id,
  UniqueTokenId: 'OPD3UZnmTkud24wRw6ATAA',
};

const logAnalytics = {
  ...{ TenantId: 'workspace', SourceSystem: 'Azure AD', Type: 'SigninLogs' },
  ...{ TimeGenerated: '2026-01-05T10:14:00Z', CreatedDateTime: signIn.createdDateTime },
  ...{ OperationName: 'Sign-in activity', Category: 'SignInLogs', ResultType: '50126' },
  ...{ ResourceId: `/tenants/${tenant}/providers/Microsoft.aadiam`, Location: 'DE' },
  ResourceIdentity: signIn.resourceId,
  ...{ Id: signIn.id, AppId: signIn.appId, AppDisplayName: signIn.appDisplayName },
  ...{ UserDisplayName: 'Bob', UserPrincipalName: 'bob@contoso.com', UserId: userId },
  ...{ UserType: 'Member', IPAddress: '203.0.113.7', CorrelationId: 'c-1', SessionId: 'sess-1' },
  ...{ ConditionalAccessStatus: 'notApplied', ClientAppUsed: 'Browser', UserAgent: 'Mozilla/5.0' },
  ...{ AuthenticationRequirement: 'multiFactorAuthentication', TokenIssuerType: 'AzureAD' },
  ...{ RiskState: 'atRisk', RiskLevelAggregated: 'high', RiskLevelDuringSignIn: 'medium' },
  ...{ RiskEventTypes_V2: '["unfamiliarFeatures"]', ResourceDisplayName: 'Microsoft Graph' },
  ...{
    HomeTenantId: tenant,
    ResourceTenantId: tenant,
    UniqueTokenIdentifier: 'OPD3UZnmTkud24wRw6ATAA',
  },
  Status: JSON.stringify(signIn.status),
  DeviceDetail: JSON.stringify(signIn.deviceDetail),
  LocationDetails: JSON.stringify(signIn.location),
  ConditionalAccessPolicies: JSON.stringify(signIn.appliedConditionalAccessPolicies),
};

const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
const ofGraph = (value: object[]) => ({
  '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns',
  '@odata.nextLink': 'https://graph.microsoft.com/v1.0/auditLogs/signIns?$skiptoken=x',
  value,
});

describe('a sign-in of a user', () => {
  it.each<[string, string]>([
    ['of diagnostic settings', JSON.stringify(logged('SignInLogs', signIn))],
    ['of Event Hubs', JSON.stringify({ records: [logged('SignInLogs', signIn)] })],
    ['of Graph', JSON.stringify(ofGraph([signIn]))],
    ['of Graph, over several lines', JSON.stringify(ofGraph([signIn]), undefined, 2)],
    ['alone', JSON.stringify({ '@odata.type': '#microsoft.graph.signIn', ...signIn })],
    ['of Log Analytics', JSON.stringify([logAnalytics])],
    [
      'of Log Analytics as CSV',
      [Object.keys(logAnalytics), Object.values(logAnalytics)]
        .map((fields) => `${fields.map(quoted).join()}\r\n`)
        .join(''),
    ],
    ['of a shipper', JSON.stringify({ message: JSON.stringify(logged('SignInLogs', signIn)) })],
  ])('%s', (_name, input) => {
    const { rows, counts } = converted(input);
    expect(rows['EntraIdSignInEvents']).toEqual([expect.objectContaining(expectedSignIn)]);
    expect(rows['IdentityLogonEvents']).toEqual([
      expect.objectContaining({
        Timestamp: '2026-01-05T10:11:12.1234567Z',
        ActionType: 'LogonFailed',
        Application: 'OfficeHome',
        LogonType: 'Browser',
        AccountUpn: 'bob@contoso.com',
        AccountName: 'bob',
        AccountDomain: 'contoso.com',
        AccountObjectId: userId,
        FailureReason: 'Invalid username or password.',
        IPAddress: '203.0.113.7',
        Location: 'DE',
      }),
    ]);
    expect(counts).toEqual({ rejected: 0, unmapped: 0, merged: 0, expired: 0 });
  });

  it.each<[string, object, object]>([
    ['has succeeded', { status: { errorCode: 0 } }, { ErrorCode: 0 }],
    ['has its code in the record around it', { status: undefined }, { ErrorCode: 50076 }],
    [
      'without risk',
      { riskState: 'none', riskLevelDuringSignIn: 'none' },
      { RiskState: 0, RiskLevelDuringSignIn: 1 },
    ],
    ['whose risk is hidden', { riskLevelAggregated: 'hidden' }, { RiskLevelAggregated: 0 }],
    ['with a policy', { conditionalAccessStatus: 'success' }, { ConditionalAccessStatus: 0 }],
    [
      'that a policy stopped',
      { conditionalAccessStatus: 'failure' },
      { ConditionalAccessStatus: 1 },
    ],
    [
      'of a guest',
      { userType: 'guest', homeTenantId: 'other' },
      { IsGuestUser: true, IsExternalUser: 1 },
    ],
    ['of nobody known', { homeTenantId: '' }, { IsExternalUser: -1 }],
    ['by federation', { tokenIssuerType: 'ADFederationServices' }, { TokenIssuerType: '1' }],
    [
      'of a registered device',
      { deviceDetail: { trustType: 'Azure AD registered' } },
      { DeviceTrustType: 'Workplace' },
    ],
    [
      'of a joined device',
      { deviceDetail: { trustType: 'Microsoft Entra joined' } },
      { DeviceTrustType: 'AzureAd' },
    ],
  ])('%s', (_name, changes, expected) => {
    const { rows } = converted([
      logged('SignInLogs', { ...signIn, ...changes }, { resultType: '50076' }),
    ]);
    expect(rows['EntraIdSignInEvents']).toEqual([expect.objectContaining(expected)]);
  });

  it('that is not interactive is none on a service', () => {
    const types = { signInEventTypes: ['nonInteractiveUser'] };
    const { rows } = converted([
      logged('NonInteractiveUserSignInLogs', { ...signIn, ...types }),
      logged('NonInteractiveUserSignInLogs', { ...signIn, signInEventTypes: undefined }),
    ]);
    expect(Object.keys(rows)).toEqual(['EntraIdSignInEvents']);
    expect(rows['EntraIdSignInEvents']?.map(({ LogonType }: Row) => LogonType)).toEqual([
      '["nonInteractiveUser"]',
      '["nonInteractiveUser"]',
    ]);
  });
});

const program = {
  ...{
    id: 's-2',
    createdDateTime: '2026-01-05T10:11:12Z',
    appId: 'app-1',
    ipAddress: '203.0.113.8',
  },
  ...{ servicePrincipalId: 'sp-1', servicePrincipalName: 'Backup', userPrincipalName: '' },
  ...{ correlationId: 'c-2', clientCredentialType: 'certificate', status: { errorCode: 7000215 } },
};

it.each([
  ['ServicePrincipalSignInLogs', { IsManagedIdentity: false, IsConfidentialClient: true }],
  ['MicrosoftServicePrincipalSignInLogs', { IsManagedIdentity: false }],
  ['ManagedIdentitySignInLogs', { IsManagedIdentity: true }],
])('sign-ins of %s', (category, expected) => {
  const { rows } = converted([logged(category, program)]);
  expect(Object.keys(rows)).toEqual(['EntraIdSpnSignInEvents']);
  expect(rows['EntraIdSpnSignInEvents']).toEqual([
    expect.objectContaining({
      Timestamp: '2026-01-05T10:11:12.0000000Z',
      Application: 'Backup',
      ApplicationId: 'app-1',
      ServicePrincipalId: 'sp-1',
      ErrorCode: 7000215,
      RequestId: 's-2',
      TenantId: tenant,
      ...expected,
    }),
  ]);
});

const audit = {
  ...{ id: 'Directory_1', activityDateTime: '2026-01-05T10:11:12.5Z', result: 'success' },
  ...{ activityDisplayName: 'Add member to role', loggedByService: 'Core Directory' },
  ...{ category: 'RoleManagement', operationType: 'Assign', correlationId: 'c-3' },
  initiatedBy: {
    user: {
      id: userId,
      displayName: null,
      userPrincipalName: 'bob@contoso.com',
      ipAddress: '203.0.113.7',
    },
  },
  targetResources: [
    {
      ...{ id: 'u-2', displayName: null, type: 'User', userPrincipalName: 'eve@contoso.com' },
      modifiedProperties: [
        { displayName: 'Role.DisplayName', oldValue: null, newValue: '"Global Administrator"' },
      ],
    },
    { id: 'r-1', displayName: 'Global Administrator', type: 'Role', modifiedProperties: [] },
  ],
  additionalDetails: [{ key: 'User-Agent', value: 'Mozilla/5.0' }],
};

describe('what was done in the directory', () => {
  it.each<[string, object]>([
    ['of diagnostic settings', logged('AuditLogs', audit)],
    ['of Graph', audit],
  ])('%s', (_name, record) => {
    const { source, rows } = converted([record]);
    expect(source).toBe('entra-id');
    const [row = {}] = rows['CloudAppEvents'] ?? [];
    expect(row).toMatchObject({
      Timestamp: '2026-01-05T10:11:12.5000000Z',
      ActionType: 'Add member to role.',
      Application: 'Office 365',
      ApplicationId: 11161,
      AccountObjectId: userId,
      AccountId: 'bob@contoso.com',
      AccountType: 'Regular',
      IPAddress: '203.0.113.7',
      UserAgent: 'Mozilla/5.0',
      ActivityType: 'Basic',
      ObjectName: 'eve@contoso.com',
      ObjectType: 'User',
      ObjectId: 'u-2',
      ReportId: 'Directory_1',
    });
    expect(JSON.parse(String(row['RawEventData']))).toEqual(audit);
    expect(JSON.parse(String(row['ActivityObjects']))).toEqual([
      {
        ...{ Type: 'User', Role: 'Actor', Name: 'bob@contoso.com', Id: userId },
        ...{ ApplicationId: 11161, ApplicationInstance: 0 },
      },
      { Type: 'User', Role: 'Target object', Name: 'eve@contoso.com', Id: 'u-2' },
      {
        ...{ Type: 'Property', Role: 'Parameter', Name: 'Role.DisplayName' },
        Value: '"Global Administrator"',
      },
      { Type: 'Role', Role: 'Target object', Name: 'Global Administrator', Id: 'r-1' },
    ]);
  });

  it.each([
    ['Core Directory', 'Consent to application', 'Consent to application.'],
    ['Core Directory', 'Add user.', 'Add user.'],
    [
      'Core Directory',
      'Update application \u2013 Certificates and secrets management ',
      'Update application \u2013 Certificates and secrets management',
    ],
    ['Authentication Methods', 'User registered security info', 'User registered security info'],
  ])('%s says %s', (loggedByService, activityDisplayName, actionType) => {
    const { rows } = converted([
      logged('AuditLogs', { ...audit, loggedByService, activityDisplayName }),
    ]);
    expect(rows['CloudAppEvents']?.[0]?.['ActionType']).toBe(actionType);
  });

  it('by a program', () => {
    const app = { appId: 'app-1', displayName: 'Sync', servicePrincipalId: 'sp-1' };
    const { rows } = converted([logged('AuditLogs', { ...audit, initiatedBy: { app } })]);
    expect(rows['CloudAppEvents']?.[0]).toMatchObject({
      AccountType: 'Application',
      AccountObjectId: 'sp-1',
      AccountDisplayName: 'Sync',
      OAuthAppId: 'app-1',
    });
  });
});

it('calls of Graph', () => {
  const call = {
    ...{ timeGenerated: '2026-01-05T10:14:00Z', location: 'West Europe', requestId: 'r-1' },
    ...{ operationId: 'o-1', clientRequestId: 'cl-1', apiVersion: 'beta', requestMethod: 'POST' },
    ...{ responseStatusCode: 200, durationMs: 497815, responseSizeBytes: 12, appId: 'app-1' },
    ...{ signInActivityId: 'OPD3UZnmTkud24wRw6ATAA', scopes: 'User.Read', C_Idtyp: 'app' },
    ...{ identityProvider: `https://sts.windows.net/${tenant}/`, ipAddress: '203.0.113.8' },
    ...{ servicePrincipalId: 'sp-1', requestUri: 'https://graph.microsoft.com/beta/users' },
  };
  const around = { durationMs: '497815', callerIpAddress: '203.0.113.8' };
  const { rows } = converted([logged('MicrosoftGraphActivityLogs', call, around)]);
  expect(rows['GraphAPIAuditEvents']).toEqual([
    expect.objectContaining({
      Timestamp: '2026-01-05T10:14:00.0000000Z',
      RequestId: 'r-1',
      ReportId: 'r-1',
      OperationId: 'o-1',
      ClientRequestId: 'cl-1',
      ApiVersion: 'beta',
      RequestMethod: 'POST',
      ResponseStatusCode: '200',
      RequestDuration: '497815',
      ResponseSize: 12,
      ApplicationId: 'app-1',
      UniqueTokenIdentifier: 'OPD3UZnmTkud24wRw6ATAA',
      Scopes: 'User.Read',
      EntityType: 'app',
      IpAddress: '203.0.113.8',
      ServicePrincipalId: 'sp-1',
      RequestUri: 'https://graph.microsoft.com/beta/users',
      TenantId: tenant,
    }),
  ]);
});

it('logs of the directory without a table are passed over', () => {
  const { source, rows, counts } = converted([
    logged('SignInLogs', signIn),
    logged('RiskyUsers', { id: 'x' }),
  ]);
  expect([source, Object.keys(rows).length, counts.unmapped]).toEqual(['entra-id', 2, 1]);
});

it.each([
  [
    'a record of the Streaming API',
    {
      category: 'AdvancedHunting-DeviceEvents',
      properties: { Timestamp: '2026-01-05T10:11:12Z', ActionType: 'x', DeviceId: 'd' },
    },
    'defender-streaming',
  ],
  [
    'a row of Defender',
    {
      Type: 'EntraIdSignInEvents',
      Timestamp: '2026-01-05T10:11:12Z',
      AccountUpn: 'a',
      ErrorCode: 0,
    },
    'defender-rows',
  ],
])('%s is none of these', (_name, record, connector) => {
  expect(converted([record]).source).toBe(connector);
});

it('a sign-in without a time is refused once', () => {
  const { rows, counts, letters } = converted([
    logged('SignInLogs', { ...signIn, createdDateTime: '?' }),
  ]);
  expect([rows, counts.rejected, letters.length]).toEqual([{}, 1, 1]);
});

it.each(['AADUserRiskEvents', 'AADRiskyUsers', 'AADProvisioningLogs'])(
  'a row of %s has none in a table of Defender’s, and is counted',
  (Type) => {
    const row = { TimeGenerated: '2026-01-05T10:11:12Z', Id: 'r-1', Type };
    const { source, rows, counts, letters } = converted([logAnalytics, row]);
    expect([source, letters, counts.unmapped]).toEqual(['entra-id', [], 1]);
    expect(rows['EntraIdSignInEvents']).toHaveLength(1);
  },
);
