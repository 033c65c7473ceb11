import { type JsonValue, setMember } from '../../json.js';
import { textFrom } from '../../windows/expression.js';
import { asObject, type JsonObject } from '../../windows/shape.js';
import { words } from '../../words.js';
import { documentIn, unfolded } from '../carried.js';

/** What a log of Entra ID tells of; those of sign-ins are Graph's words for them. */
export type Kind = 'audit' | 'graph' | 'other' | SignInKind;
export type SignInKind =
  | 'interactiveUser'
  | 'managedIdentity'
  | 'nonInteractiveUser'
  | 'servicePrincipal';

/** An event of a log, with the members that Graph gives it. */
export interface EntraEvent {
  readonly kind: Kind;
  readonly event: JsonObject;
  /** When the log had it, which is minutes later where the event has a time of its own. */
  readonly logged: string | undefined;
  readonly tenant: string | undefined;
  /** The result's code, where the event does not say it. */
  readonly result: string | undefined;
}

/** Logs by their category in diagnostic settings, and the tables that Log Analytics makes of them. */
const kinds: Readonly<Record<string, Kind>> = words({
  adfssigninlogs: 'interactiveUser',
  auditlogs: 'audit',
  managedidentitysigninlogs: 'managedIdentity',
  microsoftgraphactivitylogs: 'graph',
  microsoftserviceprincipalsigninlogs: 'servicePrincipal',
  noninteractiveusersigninlogs: 'nonInteractiveUser',
  provisioninglogs: 'other',
  riskyserviceprincipals: 'other',
  riskyusers: 'other',
  serviceprincipalriskevents: 'other',
  serviceprincipalsigninlogs: 'servicePrincipal',
  signinlogs: 'interactiveUser',
  userriskevents: 'other',
});

function kindOf(name: JsonValue | undefined): Kind | undefined {
  return typeof name === 'string' ? kinds[name.toLowerCase().replace(/^aad/, '')] : undefined;
}

const directory = /\/providers\/microsoft\.aadiam/i;

/** A record of diagnostic settings (learn.microsoft.com/entra/identity/monitoring-health). */
function ofDiagnostics(record: JsonObject): EntraEvent | undefined {
  const event = asObject(record['properties']);
  if (event === undefined || typeof record['category'] !== 'string') {
    return undefined;
  }
  const isOfDirectory = directory.test(textFrom(record['resourceId'])?.slice(0, 200) ?? '');
  const kind = kindOf(record['category']) ?? (isOfDirectory ? 'other' : undefined);
  // Other services have audit logs, too.
  return kind === undefined || (kind === 'audit' && !isOfDirectory && !isAudit(event))
    ? undefined
    : {
        kind,
        event,
        logged: textFrom(record['time']),
        tenant: textFrom(record['tenantId']) ?? textFrom(event['tenantId']),
        result: textFrom(record['resultType']),
      };
}

function isAudit(event: JsonObject): boolean {
  return (
    typeof event['activityDateTime'] === 'string' &&
    typeof event['activityDisplayName'] === 'string' &&
    ('initiatedBy' in event || 'targetResources' in event)
  );
}

const principals = ['userPrincipalName', 'userId', 'servicePrincipalId', 'signInEventTypes'];
const outcomes = ['status', 'conditionalAccessStatus', 'correlationId'];

function isSignIn(event: JsonObject): boolean {
  return (
    typeof event['createdDateTime'] === 'string' &&
    ('appId' in event || 'appDisplayName' in event) &&
    principals.some((name) => name in event) &&
    outcomes.some((name) => name in event)
  );
}

const signInKinds: readonly SignInKind[] = [
  ...(['managedIdentity', 'servicePrincipal', 'nonInteractiveUser', 'interactiveUser'] as const),
];

/** An object of Graph's reports: a sign-in, or what was done in the directory. */
function ofGraph(event: JsonObject): EntraEvent | undefined {
  const kind = isAudit(event) ? 'audit' : isSignIn(event) ? signInKindOf(event) : undefined;
  return kind && { kind, event, logged: undefined, tenant: undefined, result: undefined };
}

function signInKindOf({ signInEventTypes, isInteractive }: JsonObject): SignInKind {
  const types = Array.isArray(signInEventTypes) ? signInEventTypes : [];
  return (
    signInKinds.find((kind) => types.includes(kind)) ??
    (isInteractive === false ? 'nonInteractiveUser' : 'interactiveUser')
  );
}

/** Columns of Log Analytics that are not Graph's names with a capital letter. */
const columns: Readonly<Record<string, string>> = words({
  ConditionalAccessPolicies: 'appliedConditionalAccessPolicies',
  IPAddress: 'ipAddress',
  Location: '@country',
  LocationDetails: 'location',
  ResourceId: '@resource',
  ResourceIdentity: 'resourceId',
  RiskEventTypes_V2: 'riskEventTypes_v2',
  // The workspace.
  TenantId: '@workspace',
});

/** Columns that only these tables have together, for rows that name none. */
const tableColumns: readonly (readonly [columns: readonly string[], kind: Kind])[] = [
  [['ActivityDisplayName', 'InitiatedBy', 'TargetResources'], 'audit'],
  [['RequestMethod', 'RequestUri', 'SignInActivityId'], 'graph'],
];

/** Of a row: by its table, or its log, which only sign-ins have in a column. */
function kindOfRow(row: JsonObject): Kind | undefined {
  const table = row['Type'] ?? row['$table'];
  if (typeof table === 'string' && table !== '') {
    return kindOf(table);
  }
  const isSignInRow = 'AppId' in row && ('ResultType' in row || 'ConditionalAccessStatus' in row);
  return (
    (isSignInRow ? kindOf(row['Category']) : undefined) ??
    tableColumns.find(([names]) => names.every((name) => name in row))?.[1]
  );
}

/** A row of one of the tables of Log Analytics. */
function ofLogAnalytics(row: JsonObject): EntraEvent | undefined {
  const kind = kindOfRow(row);
  if (kind === undefined || row['TimeGenerated'] === undefined) {
    return undefined;
  }
  const event: Record<string, JsonValue> = {};
  for (const name in row) {
    const value = row[name];
    if (value !== undefined && value !== null && value !== '') {
      setMember(event, columns[name] ?? withSmallLetter(name), unfolded(value));
    }
  }
  return {
    kind,
    event,
    logged: textFrom(row['TimeGenerated']),
    tenant: textFrom(row['AADTenantId']) ?? textFrom(row['AadTenantId']),
    result: textFrom(row['ResultType']),
  };
}

function withSmallLetter(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function eventOf(record: JsonObject): EntraEvent | undefined {
  return ofDiagnostics(record) ?? ofLogAnalytics(record) ?? ofGraph(record);
}

/** The event of a record, out of what shippers put around it. */
export function entraEvent(value: JsonValue | undefined): EntraEvent | undefined {
  const record = asObject(value);
  const own = record && eventOf(record);
  if (own !== undefined) {
    return own;
  }
  const carried = documentIn(value, (document) => eventOf(document) !== undefined);
  return carried && eventOf(carried);
}
