import type { JsonValue } from '../../json.js';
import {
  type Condition,
  computed,
  type Expression,
  literal,
  textFrom,
  transform,
} from '../../windows/expression.js';
import { words } from '../../words.js';
import {
  at,
  choose,
  firstOf,
  inPartAt,
  isThere,
  lists,
  rawAt,
  textAt,
  when,
} from '../expression.js';
import { clientAddress } from '../microsoft365.js';
import type { DocumentRule } from '../rule.js';
import * as to from '../transforms.js';

/** What the reading of a record adds to the event. */
export const added = { kind: '@kind', tenant: '@tenant', result: '@result', country: '@country' };

const isOfKind = (...kinds: readonly string[]): Condition => lists(added.kind, ...kinds);

/** A number for one of Graph's words; undefined for others. */
const coded = (name: string, codes: Readonly<Record<string, number>>) => {
  const table = words(codes);
  return transform(name, (text) => table[text.toLowerCase()]);
};

const riskLevel = coded('riskLevel', { hidden: 0, none: 1, low: 10, medium: 50, high: 100 });
const riskState = coded('riskState', {
  none: 0,
  confirmedsafe: 1,
  remediated: 2,
  dismissed: 3,
  atrisk: 4,
  confirmedcompromised: 5,
});
const conditionalAccess = coded('conditionalAccess', { success: 0, failure: 1, notapplied: 2 });
const flag = coded('flag', { false: 0, true: 1 });

const issuers = words({ azuread: '0', adfederationservices: '1' });
const tokenIssuer = transform('tokenIssuer', (text) => issuers[text.toLowerCase()] ?? text);

/** Hybrid devices are of a directory of servers, registered ones of a workplace. */
const trustType = transform('trustType', (text) => {
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/hybrid/i, 'ServerAd'],
    [/joined/i, 'AzureAd'],
    [/registered/i, 'Workplace'],
  ];
  return kinds.find(([pattern]) => pattern.test(text.slice(0, 100)))?.[1] ?? text;
});

const readTypes = rawAt('signInEventTypes');
const readKind = textAt(added.kind);
const logonType = computed('signInEventTypes, or the log, as a list', (scope): JsonValue => {
  const types = readTypes(scope);
  return Array.isArray(types) && types.length > 0 ? types : [readKind(scope) ?? ''];
});

const [readHome, readResource] = [textAt('homeTenantId'), textAt('resourceTenantId')];
const isExternal = computed('homeTenantId is not resourceTenantId', (scope) => {
  const [home, resource] = [readHome(scope), readResource(scope)];
  return home && resource ? Number(home.toLowerCase() !== resource.toLowerCase()) : -1;
});

const errorCode = firstOf(at('status.errorCode'), at(added.result));

/** Columns of both tables. */
const common: Readonly<Record<string, Expression>> = {
  ReportId: at('id'),
  RequestId: at('id'),
  Application: at('appDisplayName'),
  ApplicationId: at('appId'),
  ErrorCode: to.integer(errorCode),
  CorrelationId: at('correlationId'),
  SessionId: at('sessionId'),
  ResourceDisplayName: at('resourceDisplayName'),
  ResourceId: at('resourceId'),
  ResourceTenantId: at('resourceTenantId'),
  UserAgent: at('userAgent'),
  IPAddress: clientAddress(at('ipAddress')),
  Country: firstOf(at('location.countryOrRegion'), at(added.country)),
  State: at('location.state'),
  City: at('location.city'),
  Latitude: at('location.geoCoordinates.latitude'),
  Longitude: at('location.geoCoordinates.longitude'),
  UniqueTokenId: at('uniqueTokenIdentifier'),
  TenantId: at(added.tenant),
};

export const signIn: DocumentRule = {
  event: 'SignInLogs, NonInteractiveUserSignInLogs, ADFSSignInLogs, signIn of Graph',
  table: 'EntraIdSignInEvents',
  condition: isOfKind('interactiveUser', 'nonInteractiveUser'),
  identity: at('id'),
  columns: {
    ...common,
    LogonType: logonType,
    AccountDisplayName: at('userDisplayName'),
    AccountObjectId: at('userId'),
    AccountUpn: to.lower(at('userPrincipalName')),
    IsExternalUser: isExternal,
    IsGuestUser: choose(
      [lists('userType', 'guest'), 'true'],
      [lists('userType', 'member'), 'false'],
    ),
    AlternateSignInName: at('alternateSignInName'),
    DeviceName: at('deviceDetail.displayName'),
    EntraIdDeviceId: at('deviceDetail.deviceId'),
    OSPlatform: at('deviceDetail.operatingSystem'),
    DeviceTrustType: trustType(at('deviceDetail.trustType')),
    IsManaged: flag(at('deviceDetail.isManaged')),
    IsCompliant: flag(at('deviceDetail.isCompliant')),
    AuthenticationProcessingDetails: listAt('authenticationProcessingDetails'),
    AuthenticationRequirement: at('authenticationRequirement'),
    TokenIssuerType: tokenIssuer(at('tokenIssuerType')),
    RiskLevelAggregated: riskLevel(at('riskLevelAggregated')),
    RiskLevelDuringSignIn: riskLevel(at('riskLevelDuringSignIn')),
    RiskEventTypes: firstOf(listAt('riskEventTypes_v2'), listAt('riskEventTypes')),
    RiskState: riskState(at('riskState')),
    ClientAppUsed: at('clientAppUsed'),
    Browser: at('deviceDetail.browser'),
    ConditionalAccessPolicies: listAt('appliedConditionalAccessPolicies'),
    ConditionalAccessStatus: conditionalAccess(at('conditionalAccessStatus')),
    NetworkLocationDetails: listAt('networkLocationDetails'),
    IsSignInThroughGlobalSecureAccess: at('isThroughGlobalSecureAccess'),
  },
};

/** A list as it stands, also where it has one element. */
function listAt(path: string): Expression {
  const read = rawAt(path);
  return computed(path, read, [path]);
}

export const servicePrincipalSignIn: DocumentRule = {
  event: 'ServicePrincipalSignInLogs, ManagedIdentitySignInLogs, signIn of Graph',
  table: 'EntraIdSpnSignInEvents',
  condition: isOfKind('servicePrincipal', 'managedIdentity'),
  identity: at('id'),
  columns: {
    ...common,
    Application: firstOf(at('appDisplayName'), at('servicePrincipalName')),
    IsManagedIdentity: choose([isOfKind('managedIdentity'), 'true'], [undefined, 'false']),
    ServicePrincipalName: at('servicePrincipalName'),
    ServicePrincipalId: at('servicePrincipalId'),
    IsConfidentialClient: choose(
      [lists('clientCredentialType', 'none'), 'false'],
      [isThere('clientCredentialType'), 'true'],
    ),
  },
};

const readCode = errorCode.read;
const hasSucceeded: Condition = {
  test: (scope) => textFrom(readCode(scope)) === '0',
  text: 'status.errorCode = 0',
  fields: [],
};

/** Of sign-ins, Defender for Cloud Apps takes those that are interactive. */
export const interactiveLogon: DocumentRule = {
  event: 'interactive sign-in',
  table: 'IdentityLogonEvents',
  actionType: choose([hasSucceeded, 'LogonSuccess'], [undefined, 'LogonFailed']),
  identity: at('id'),
  columns: {
    ReportId: at('id'),
    Application: at('appDisplayName'),
    LogonType: at('clientAppUsed'),
    Protocol: at('authenticationProtocol'),
    FailureReason: when(hasSucceeded, literal(''), at('status.failureReason')),
    AccountName: to.mailUser(inPartAt('userPrincipalName')),
    AccountDomain: to.mailDomain(inPartAt('userPrincipalName')),
    AccountUpn: to.lower(at('userPrincipalName')),
    AccountObjectId: at('userId'),
    AccountDisplayName: at('userDisplayName'),
    DeviceName: to.lower(at('deviceDetail.displayName')),
    OSPlatform: at('deviceDetail.operatingSystem'),
    IPAddress: clientAddress(at('ipAddress')),
    Location: firstOf(at('location.countryOrRegion'), at(added.country)),
  },
};
